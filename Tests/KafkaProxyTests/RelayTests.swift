// A proxy between clients and brokers: what passes, what is counted, what stops, and what is accounted for.
import Glibc
import Kafka
import KafkaServer
import KafkaWire
import Synchronization
import Testing
import World

@testable import KafkaProxy

@Suite("A proxy", .serialized) struct RelayTests {
    private func port(_ proxy: KafkaProxy) -> Int32 { ProxySettings.brokers(of: proxy.bootstrap)?.first?.port ?? 0 }

    private func commit(_ offset: Int64, partition: Int32 = 0, topic: String = "numbers") -> OffsetCommit.Request {
        var request = OffsetCommit.Request()
        request.groupId = "g"
        var named = OffsetCommit.Request.Topic()
        named.name = topic
        var place = OffsetCommit.Request.Partition()
        (place.partitionIndex, place.committedOffset) = (partition, offset)
        named.partitions = [place]
        request.topics = [named]
        return request
    }

    private func error(_ response: OffsetCommit.Response) -> KafkaWire.ErrorCode? {
        response.topics.first?.partitions.first?.errorCode
    }

    @Test("gives librdkafka what it produced, and accounts for it")
    func account() throws {
        let cluster = try ProxiedCluster(partitions: 2)
        try cluster.produce(20_000, partitions: 2)
        for partition: Partition in 0..<2 {
            #expect(try cluster.numbers(partition, 0..<10_000) == (0..<10_000).map { $0 * 2 + Int(partition) })
        }
        try cluster.broker.commit([(partition: 0, next: 7), (partition: 1, next: 9)], group: "g")
        #expect(try cluster.direct.committedOffsets(of: [0, 1], group: "g") == [7, 9])
        let ledger = cluster.proxy.ledger
        for partition in Int32(0)..<2 {
            let place = WirePlace(cluster.topic, partition)
            let outputs = ledger.outputs.filter { $0.place == place && $0.outcome == .done }
            #expect(outputs.reduce(0) { $0 + Int($1.records) } == 10_000)
            #expect(outputs.compactMap(\.base).min() == 0)
            #expect(outputs.allSatisfy { $0.transaction == nil && !$0.isTransactional })
            let reads = ledger.reads.filter { $0.place == place }
            #expect(reads.map(\.range.lowerBound).min() == 0)
            #expect(reads.map(\.range.upperBound).max() == 10_000)
            let commits = ledger.commits.filter { $0.place == place }
            #expect(commits.map(\.next) == [partition == 0 ? 7 : 9])
            #expect(commits.map(\.outcome) == [.done])
        }
        #expect(cluster.proxy.unread == 0)
        let census = cluster.proxy.census
        let requests = [ApiKey.apiVersions, .metadata, .produce, .fetch, .offsetCommit].map(\.rawValue)
        for key in requests { #expect(census[WirePoint(key, .request)] ?? 0 > 0) }
        #expect(census[WirePoint(8, .request)] == census[WirePoint(8, .response)])
        #expect(census[.fetchRecords] ?? 0 > 0)
    }

    @Test("passes large frames in pieces when nobody reads them")
    func plain() throws {
        let cluster = try ProxiedCluster { $0.keepsLedger = false }
        try cluster.produce(3_000, recordBytes: 1_000)
        #expect(try cluster.numbers(0, 0..<3_000) == Array(0..<3_000))
        #expect(cluster.proxy.ledger == WireLedger())
        let census = cluster.proxy.census
        #expect(census[WirePoint(0, .request)] == census[WirePoint(0, .response)])
        #expect(census[.fetchRecords] == nil)
    }

    @Test("sends without pacing to clients on this machine, as the broker does")
    func unpaced() throws {
        let cluster = try ProxiedCluster { $0.keepsLedger = false }
        try cluster.produce(1)
        let ports = [port(cluster.proxy), ProxySettings.brokers(of: cluster.server.bootstrap)?.first?.port ?? 0]
        // Both are in this process, and so are their sockets.
        let controls = (Int32(3)..<1_024).compactMap { socket -> (port: Int32, name: String)? in
            var (address, peer) = (sockaddr_in(), sockaddr_in())
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            func reads(
                _ call: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32,
                _ address: inout sockaddr_in
            ) -> Bool {
                withUnsafeMutablePointer(to: &address) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { call(socket, $0, &length) == 0 }
                }
            }
            guard reads(getsockname, &address), reads(getpeername, &peer), address.sin_family == AF_INET else {
                return nil
            }
            let port = Int32(in_port_t(bigEndian: address.sin_port))
            guard ports.contains(port) else { return nil }
            var name = [UInt8](repeating: 0, count: 16)
            var size = socklen_t(name.count)
            guard getsockopt(socket, Int32(IPPROTO_TCP), TCP_CONGESTION, &name, &size) == 0 else { return nil }
            return (port, String(decoding: name.prefix { $0 != 0 }, as: UTF8.self))
        }
        #expect(Set(controls.map(\.port)) == Set(ports))
        #expect(Set(controls.map(\.name)) == ["reno"])
    }

    @Test("gives one batch at a time when it trims")
    func trims() throws {
        let cluster = try ProxiedCluster { $0.trims = true }
        for _ in 0..<8 { try cluster.produce(10) }
        #expect(try cluster.numbers(0, 0..<80) == (0..<8).flatMap { _ in 0..<10 })
        #expect(cluster.proxy.census[.fetchRecords] == 8)
    }

    @Test("holds answers with records while the sink moves, but not for ever")
    func lockstep() throws {
        let counter = Counter()
        let cluster = try ProxiedCluster {
            $0.trims = true
            $0.lockstep = Lockstep(quietMilliseconds: 10, limitMilliseconds: 100) { counter.next() }
        }
        for _ in 0..<3 { try cluster.produce(10) }
        #expect(try cluster.numbers(0, 0..<30).count == 30)
        #expect(counter.next() > 3)
    }

    @Test("stops all traffic before the k-th request at a point, once, and lets the next life go on")
    func kill() throws {
        let cluster = try ProxiedCluster()
        cluster.proxy.arm(try WireTrigger("wire.offset-commit.request[client=bare]@3"), .kill)
        let client = BareClient(port: port(cluster.proxy))
        let bystander = BareClient(port: port(cluster.proxy), patienceSeconds: 1)
        for offset in Int64(1)...2 {
            #expect(error(try client.call(OffsetCommit.self, commit(offset), version: 7)) == KafkaWire.ErrorCode.none)
            #expect(
                error(try bystander.call(OffsetCommit.self, commit(100), version: 7, client: "other"))
                    == KafkaWire.ErrorCode.none)
        }
        try client.call(OffsetCommit.self, commit(2), version: 7, client: "other")
        try client.ask(OffsetCommit.self, commit(3), version: 7)
        try client.ask(OffsetCommit.self, commit(4), version: 7)
        let trigger = try WireTrigger("wire.offset-commit.request[client=bare]@3")
        #expect(cluster.fired.hasFired(within: .seconds(10)))
        #expect(cluster.fired.all == [FiredPoint(trigger: trigger, action: .kill)])
        // Others stand still too.
        try bystander.ask(OffsetCommit.self, commit(200), version: 7, client: "other")
        #expect(throws: BareClient.Failure.silent) { try bystander.answer(OffsetCommit.self, version: 7) }
        #expect(cluster.proxy.settle())
        #expect(try cluster.direct.committedOffsets(of: [0], group: "g") == [2])
        #expect(BareClient(port: port(cluster.proxy)).isDropped)
        cluster.proxy.release()
        #expect(client.isDropped)
        let next = BareClient(port: port(cluster.proxy))
        for offset in Int64(5)...9 {
            #expect(error(try next.call(OffsetCommit.self, commit(offset), version: 7)) == KafkaWire.ErrorCode.none)
        }
        #expect(cluster.fired.all.count == 1)
        let ledger = cluster.proxy.ledger
        #expect(ledger.commits.filter { $0.life == 1 }.map(\.next) == [1, 100, 2, 100, 2])
        #expect(ledger.commits.filter { $0.life == 2 }.map(\.next) == [5, 6, 7, 8, 9])
        #expect(ledger.commits.allSatisfy { $0.outcome == .done })
    }

    @Test("stops behind the broker's work and before its answer")
    func killAtAnswer() throws {
        let cluster = try ProxiedCluster()
        cluster.proxy.arm(try WireTrigger("wire.offset-commit.response@2"), .kill)
        let client = BareClient(port: port(cluster.proxy), patienceSeconds: 1)
        try client.call(OffsetCommit.self, commit(1), version: 7)
        try client.ask(OffsetCommit.self, commit(2), version: 7)
        #expect(throws: BareClient.Failure.silent) { try client.answer(OffsetCommit.self, version: 7) }
        #expect(cluster.fired.all.count == 1)
        #expect(cluster.proxy.settle())
        #expect(try cluster.direct.committedOffsets(of: [0], group: "g") == [2])
        #expect(cluster.proxy.ledger.commits.map(\.outcome) == [.done, .doneUntold])
    }

    @Test("tells places apart, also in answers with records")
    func filters() throws {
        let cluster = try ProxiedCluster(partitions: 3)
        cluster.proxy.arm(try WireTrigger("wire.fetch.records[topic=numbers,partition=2]@1"), .stop)
        cluster.proxy.arm(try WireTrigger("wire.fetch.records[topic=other]@1"), .stop)
        try cluster.produce(30, partitions: 3)
        #expect(try cluster.numbers(0, 0..<10).count == 10)
        #expect(cluster.fired.all.isEmpty)
        #expect(try cluster.numbers(2, 0..<10).count == 10)
        #expect(cluster.fired.hasFired(within: .seconds(10)))
        #expect(cluster.fired.all.map(\.trigger.partition) == [2])
    }

    @Test("answers with an error in the broker's place, in turn, or in place of what it said")
    func errors() throws {
        let cluster = try ProxiedCluster()
        cluster.proxy.arm(try WireTrigger("wire.offset-commit.request@2"), .error(16))
        cluster.proxy.arm(try WireTrigger("wire.offset-commit.response@2"), .error(27))
        let client = BareClient(port: port(cluster.proxy))
        // All at once: answers come in the order of requests, also ours.
        var fetch = Fetch.Request()
        (fetch.maxWaitMs, fetch.minBytes) = (200, 1)
        var topic = Fetch.Request.Topic()
        topic.topic = cluster.topic
        topic.partitions = [Fetch.Request.Partition()]
        fetch.topics = [topic]
        let first = try client.ask(OffsetCommit.self, commit(1), version: 7)
        let waiting = try client.ask(Fetch.self, fetch, version: 11)
        for offset in Int64(2)...4 { try client.ask(OffsetCommit.self, commit(offset), version: 7) }
        var codes: [KafkaWire.ErrorCode?] = []
        func next() throws -> Int32 {
            let (number, response) = try client.answer(OffsetCommit.self, version: 7)
            codes.append(error(response))
            return number
        }
        #expect(try next() == first)
        #expect(try client.answer(Fetch.self, version: 11).correlationId == waiting)
        for number in waiting + 1...waiting + 3 { #expect(try next() == number) }
        #expect(codes == [.some(.none), .notCoordinator, .rebalanceInProgress, .some(.none)])
        #expect(try cluster.direct.committedOffsets(of: [0], group: "g") == [4])
    }

    @Test("cuts a connection, and holds a frame back")
    func cutAndDelay() throws {
        let cluster = try ProxiedCluster()
        cluster.proxy.arm(try WireTrigger("wire.offset-commit.request@2"), .cut)
        cluster.proxy.arm(try WireTrigger("wire.offset-commit.response@2"), .delay(milliseconds: 300))
        let client = BareClient(port: port(cluster.proxy))
        try client.call(OffsetCommit.self, commit(1), version: 7)
        try client.ask(OffsetCommit.self, commit(2), version: 7)
        #expect(client.isDropped)
        #expect(try cluster.direct.committedOffsets(of: [0], group: "g") == [1])
        let other = BareClient(port: port(cluster.proxy))
        let clock = ContinuousClock()
        let start = clock.now
        try other.call(OffsetCommit.self, commit(3), version: 7)
        #expect(clock.now - start >= .milliseconds(300))
        #expect(cluster.fired.all.map(\.action) == [.cut, .delay(milliseconds: 300)])
    }

    @Test("sends killed members off, so that the next one has its partitions at once")
    func eviction() throws {
        let cluster = try ProxiedCluster(partitions: 2)
        let settings = GroupSettings(group: "g", sessionTimeoutMilliseconds: 45_000, heartbeatMilliseconds: 100)
        let killed = try cluster.broker.openGroupReader(settings)
        #expect(try assigned(killed) == [0, 1])
        cluster.proxy.freeze()
        #expect(cluster.proxy.settle())
        #expect(cluster.proxy.ledger.members["g"]?.count == 1)
        #expect(cluster.proxy.evict() == 1)
        // What the killed one's connections still bring is another life's, so its successor asks the broker itself.
        let next = try cluster.direct.openGroupReader(settings)
        #expect(try assigned(next) == [0, 1])
        next.close()
        cluster.proxy.release()
        killed.close()
    }

    private func assigned(_ reader: any GroupReader) throws -> [Partition]? {
        for _ in 0..<500 {
            if case .assigned(let partitions)? = try reader.poll(timeout: .milliseconds(20)) {
                try reader.start(at: partitions.map { ($0, 0) })
                return partitions.sorted()
            }
        }
        return nil
    }

    @Test("opens a listener for each broker, and names no other address")
    func brokers() throws {
        let mock = try MockBroker.start(brokers: 2)
        defer { mock.close() }
        let all = try #require(ProxySettings.brokers(of: mock.bootstrap))
        #expect(all.count == 2)
        let proxy = try KafkaProxy.start(ProxySettings(brokers: [all[0]]))
        defer { proxy.stop() }
        try mock.createTopic("t", partitions: 4)
        // The mock draws its leaders, and may draw one broker for all.
        for partition: Partition in 0..<4 { try mock.moveLeader(of: partition, in: "t", to: 1 + partition % 2) }
        let configuration = try KafkaConfiguration(bootstrap: proxy.bootstrap)
        let producer = try KafkaProducer(configuration, topic: "t")
        _ = try producer.produce(count: 400, recordCapacity: 8) { index, buffer in
            buffer.storeBytes(of: UInt64(index), as: UInt64.self)
            return OutgoingRecord(partition: Partition(index % 4), valueLength: 8)
        }
        producer.close()
        let broker = try KafkaBroker(configuration, topic: "t")
        defer { broker.close() }
        for partition: Partition in 0..<4 {
            #expect(try broker.watermarks(of: partition) == Watermarks(low: 0, high: 100))
        }
        try broker.commit((0..<4).map { (partition: Partition($0), next: 50) }, group: "g")
        #expect(try broker.committedOffsets(of: [0, 1, 2, 3], group: "g") == [50, 50, 50, 50])
        // Leaders are spread over both, and all that was produced went through the proxy.
        #expect(proxy.ledger.outputs.reduce(0) { $0 + Int($1.records) } == 400)
        #expect(Set(proxy.ledger.outputs.map(\.connection)).count >= 2)
        let client = BareClient(port: port(proxy))
        let told = try client.call(Metadata.self, Metadata.Request(), version: 2).brokers.map {
            WireAddress($0.host, $0.port)
        }
        #expect(told.count == 2)
        #expect(Set(told).isDisjoint(with: all))
        #expect(told.allSatisfy { $0.host == "127.0.0.1" })
    }

    @Test("drops who is no client, and nobody else")
    func hostile() throws {
        let cluster = try ProxiedCluster()
        let other = BareClient(port: port(cluster.proxy))
        let streams: [[UInt8]] = [
            Array("GET / HTTP/1.1\r\n\r\n".utf8), [0xff, 0xff, 0xff, 0xff], [0, 0, 0, 2, 0, 1], [0, 0, 0, 0],
            [UInt8](repeating: 0x7f, count: 100_000),
        ]
        for stream in streams {
            let client = BareClient(port: port(cluster.proxy))
            client.send(stream)
            #expect(client.isDropped)
        }
        #expect(error(try other.call(OffsetCommit.self, commit(1), version: 7)) == KafkaWire.ErrorCode.none)
    }

    @Test("reads addresses as people write them")
    func addresses() {
        let cases: [(text: String, addresses: [WireAddress]?)] = [
            ("a:1", [WireAddress("a", 1)]), ("a:1,b:65535", [WireAddress("a", 1), WireAddress("b", 65_535)]),
            ("[::1]:9092", [WireAddress("::1", 9_092)]), ("", nil), ("a", nil), ("a:0", nil), ("a:65536", nil),
            (":1", nil), ("a:1,", nil),
        ]
        for (text, addresses) in cases { #expect(ProxySettings.brokers(of: text) == addresses, "\(text)") }
        #expect(WireAddress("::1", 9_092).description == "[::1]:9092")
    }
}

/// Another number at each call.
private final class Counter: Sendable {
    private let value = Atomic<UInt64>(0)
    func next() -> UInt64 { value.add(1, ordering: .relaxed).newValue }
}
