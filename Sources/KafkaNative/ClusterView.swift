// The cluster as one client sees it: its brokers, the leaders of one topic, and the connections to them.
internal import KafkaWire
internal import Posix
internal import World

/// One thread uses a view at a time.
final class ClusterView {
    /// Who leads a partition, and since which election; -1 where brokers do not say.
    struct Leader: Equatable {
        var node: Int32
        var epoch: Int32
    }

    let settings: NativeSettings
    let topic: String
    private var nodes: [Int32: NativeSettings.Address] = [:]
    private var connections: [NativeSettings.Address: Connection] = [:]
    private(set) var leaders: [Partition: Leader] = [:]
    /// Counts what brokers have told of leaders: other leaders are another view.
    private(set) var view = 0
    /// How many brokers lead a partition.
    private(set) var leaderCount = 0
    private(set) var partitionCount = 0
    /// The coordinators of groups.
    private var coordinators: [String: NativeSettings.Address] = [:]
    /// Since when no broker has answered anything; nil: one has.
    private var downSince: ContinuousClock.Instant?
    private var turn = 0
    private let clock = ContinuousClock()

    init(_ settings: NativeSettings, topic: String) {
        self.settings = settings
        self.topic = topic
    }

    func close() {
        for connection in connections.values { connection.close() }
        connections = [:]
    }

    // MARK: Reaching brokers

    /// Waits until a broker answers.
    ///
    /// - Throws: `BrokerError` `unreachable`, or what a broker refuses for good.
    func connect() throws {
        let start = clock.now
        var pause = Pause()
        while true {
            do {
                _ = try any()
                return
            } catch  where Failures.isTransient(error) {
                let patience = error is NoAnswer ? settings.connectTimeout : settings.refusedTimeout
                guard clock.now - start < min(patience, settings.connectTimeout) else {
                    throw unreachable(error, since: start)
                }
                pause.wait()
            } catch {
                throw Failures.brokerError(error, doing: "connect", location: settings.bootstrap)
            }
        }
    }

    private func unreachable(_ error: any Error, since start: ContinuousClock.Instant) -> BrokerError {
        let (seconds, attoseconds) = (clock.now - start).components
        return BrokerError(
            .unreachable,
            "no broker answered at \(settings.bootstrap) within \(seconds * 1000 + attoseconds / 1_000_000_000_000_000)"
                + " ms: \(Failures.words(of: error))",
            location: settings.bootstrap)
    }

    /// Throws when no broker has answered for as long as the settings wait for one.
    func throwIfDown(_ error: any Error) throws {
        guard error is Disconnection || error is NoAnswer || error is SystemError else { return noteAnswer() }
        let since = downSince ?? clock.now
        downSince = since
        if clock.now - since >= settings.connectTimeout { throw unreachable(error, since: since) }
    }

    func noteAnswer() { downSince = nil }

    /// A new connection, or the one that is there.
    func connection(to address: NativeSettings.Address) throws -> Connection {
        if let known = connections[address], known.isOpen { return known }
        let made = try Connection(address, settings, timeout: settings.attemptTimeout)
        connections[address] = made
        return made
    }

    /// A connection to a broker, whichever answers.
    private func any() throws -> Connection {
        if let open = connections.values.filter(\.isOpen).min(by: { "\($0.address)" < "\($1.address)" }) { return open }
        let known = nodes.sorted { $0.key < $1.key }.map(\.value)
        let all = known + settings.addresses.filter { !known.contains($0) }
        var failure: any Error = NoAnswer()
        // Not the same one first each time: it may stand still.
        turn = (turn + 1) % all.count
        for step in all.indices {
            do {
                return try connection(to: all[(turn + step) % all.count])
            } catch  where Failures.isTransient(error) {
                failure = error
            }
        }
        throw failure
    }

    func address(of node: Int32) -> NativeSettings.Address? { nodes[node] }

    /// Asks one broker once.
    func ask<A: Api>(
        _ api: A.Type, at address: NativeSettings.Address, _ versions: ClosedRange<Int16>,
        _ make: (Int16) -> A.Request
    ) throws -> A.Response {
        let connection = try connection(to: address)
        let version = try connection.version(api, versions)
        let answer = try connection.ask(api, make(version), version: version, timeout: settings.attemptTimeout)
        noteAnswer()
        return answer
    }

    /// Whether a broker knows a question in one of these versions.
    func speaks<A: Api>(_: A.Type, _ versions: ClosedRange<Int16>, at address: NativeSettings.Address) throws -> Bool {
        try connection(to: address).versions[A.key.rawValue]?.overlaps(versions) ?? false
    }

    // MARK: Metadata

    /// Asks anew for the topic's partitions and their leaders.
    ///
    /// - Throws: ``Refusal`` where there is no such topic.
    func refresh() throws {
        let connection = try any()
        let version = try connection.version(Metadata.self, 1...12)
        var request = Metadata.Request()
        var wanted = Metadata.Request.Topic()
        wanted.name = topic
        request.topics = [wanted]
        request.allowAutoTopicCreation = false
        let answer = try connection.ask(
            Metadata.self, request, version: version, timeout: settings.attemptTimeout)
        noteAnswer()
        try take(answer)
    }

    private func take(_ answer: Metadata.Response) throws {
        var found: [Int32: NativeSettings.Address] = [:]
        for broker in answer.brokers {
            guard let port = UInt16(exactly: broker.port), port > 0, !broker.host.isEmpty else { continue }
            found[broker.nodeId] = NativeSettings.Address(host: broker.host, port: port)
        }
        nodes = found
        guard let told = answer.topics.first(where: { $0.name == topic }) else {
            throw Refusal(.unknownTopicOrPartition)
        }
        // A topic without a leader somewhere is told as such, with its partitions.
        guard told.errorCode == .none || told.errorCode == .leaderNotAvailable, !told.partitions.isEmpty else {
            throw Refusal(told.errorCode == .none ? .leaderNotAvailable : told.errorCode)
        }
        var leaders: [Partition: Leader] = [:]
        for partition in told.partitions where partition.leaderId >= 0 && found[partition.leaderId] != nil {
            leaders[partition.partitionIndex] = Leader(node: partition.leaderId, epoch: partition.leaderEpoch)
        }
        if leaders != self.leaders { view += 1 }
        self.leaders = leaders
        leaderCount = Set(leaders.values.map(\.node)).count
        partitionCount = told.partitions.count
    }

    // MARK: Coordinators

    func coordinator(of group: String) throws -> NativeSettings.Address {
        if let known = coordinators[group] { return known }
        let connection = try any()
        let version = try connection.version(FindCoordinator.self, 0...3)
        var request = FindCoordinator.Request()
        request.key = group
        let answer = try connection.ask(
            FindCoordinator.self, request, version: version, timeout: settings.attemptTimeout)
        noteAnswer()
        guard answer.errorCode == .none else { throw Refusal(answer.errorCode) }
        guard let port = UInt16(exactly: answer.port), port > 0, !answer.host.isEmpty else {
            throw Refusal(.coordinatorNotAvailable)
        }
        let address = NativeSettings.Address(host: answer.host, port: port)
        coordinators[group] = address
        return address
    }

    func forgetCoordinator(of group: String) { coordinators[group] = nil }

    // MARK: Trying again

    /// Tries until it goes well, fails for good, or the time of a request is over; the pauses in between grow.
    ///
    /// - Throws: `BrokerError`.
    func retrying<Value>(_ doing: String, _ location: String, _ attempt: () throws -> Value) throws -> Value {
        let start = clock.now
        var pause = Pause()
        while true {
            do {
                return try attempt()
            } catch {
                let isNotYetThere =
                    (error as? Refusal)?.code == .unknownTopicOrPartition
                    && clock.now < start + settings.topicTimeout
                let mayGoOn = Failures.isTransient(error) || isNotYetThere
                guard mayGoOn, clock.now < start + settings.requestTimeout else {
                    throw Failures.brokerError(
                        error, doing: doing, location: "\(settings.bootstrap) \(location)")
                }
                try throwIfDown(error)
                pause.wait()
            }
        }
    }
}

/// The wait before a request is sent again, each twice as long as the one before, up to half a second.
struct Pause {
    private(set) var milliseconds: UInt64 = 20

    mutating func wait() {
        MonotonicClock().sleep(milliseconds * 1_000_000)
        next()
    }

    mutating func next() { milliseconds = min(milliseconds * 2, 500) }
}
