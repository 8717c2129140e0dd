// Frames that are changed: addresses, ranges of versions, one batch of many, errors; all else stays as it was.
import KafkaWire
import Testing

@testable import KafkaProxy

/// The bytes of an answer, without its length.
private func bytes<A: Api>(_: A.Type, _ response: A.Response, _ version: Int16, records: [UInt8] = []) throws -> [UInt8]
{
    let frame = try A.encodeResponse(response, version: version, correlationId: 3)
    return Array(records.withUnsafeBytes { frame.joined(with: $0) }.dropFirst(4))
}

private func replaced(_ frame: [UInt8], _ api: AddressedApi, _ version: Int16, shift: Int32) throws -> [UInt8] {
    try frame.withUnsafeBytes { frame in
        let addresses = try Addresses(frame, of: api, version: version)
        let whole = try addresses.replaced(in: frame) {
            shift == 0 ? $0 : WireAddress("127.0.0.1", $0.port + shift)
        }
        #expect(whole.prefix(4).reduce(0) { $0 << 8 | Int($1) } == whole.count - 4)
        return Array(whole.dropFirst(4))
    }
}

@Suite("Changed frames") struct FrameTests {
    private static let hosts = ["a.example", String(repeating: "long", count: 60), "b"]

    private static func endpoints() -> [NodeEndpoint] {
        hosts.enumerated().map { index, host in
            var endpoint = NodeEndpoint()
            (endpoint.nodeId, endpoint.host, endpoint.port) = (Int32(index), host, 9_000 + Int32(index))
            return endpoint
        }
    }

    /// What an answer of each request is before, and after its addresses were exchanged.
    private static func answers(_ change: Bool) -> [(api: AddressedApi, encode: (Int16) throws -> [UInt8])] {
        let host = { (index: Int) in change ? "127.0.0.1" : hosts[index] }
        let port = { (index: Int) in Int32(9_000 + index) + (change ? 1_000 : 0) }
        let nodes = endpoints().enumerated().map { index, node in
            var node = node
            (node.host, node.port) = (host(index), port(index))
            return node
        }
        return [
            (
                .metadata,
                { version in
                    var response = Metadata.Response()
                    response.brokers = hosts.indices.map { index in
                        var broker = Metadata.Response.Broker()
                        (broker.nodeId, broker.host, broker.port) = (Int32(index), host(index), port(index))
                        broker.rack = index == 1 ? "rack" : nil
                        return broker
                    }
                    response.clusterId = "id"
                    response.topics = [Metadata.Response.Topic()]
                    return try bytes(Metadata.self, response, version)
                }
            ),
            (
                .findCoordinator,
                { version in
                    var response = FindCoordinator.Response()
                    (response.nodeId, response.host, response.port) = (4, host(0), port(0))
                    response.coordinators = hosts.indices.map { index in
                        var coordinator = FindCoordinator.Response.Coordinator()
                        coordinator.key = "group"
                        // One that is not known keeps what stands there.
                        coordinator.nodeId = index == 1 ? -1 : 2
                        coordinator.host = index == 1 ? "kept" : host(index)
                        coordinator.port = index == 1 ? -1 : port(index)
                        return coordinator
                    }
                    return try bytes(FindCoordinator.self, response, version)
                }
            ),
            (
                .describeCluster,
                { version in
                    var response = DescribeCluster.Response()
                    response.clusterId = "id"
                    response.brokers = hosts.indices.map { index in
                        var broker = DescribeCluster.Response.Broker()
                        (broker.brokerId, broker.host, broker.port) = (Int32(index), host(index), port(index))
                        return broker
                    }
                    return try bytes(DescribeCluster.self, response, version)
                }
            ),
            (
                .produce,
                { version in
                    var response = Produce.Response()
                    var topic = Produce.Response.Topic()
                    var partition = Produce.Response.Partition()
                    partition.errorCode = .notLeaderOrFollower
                    partition.recordErrors = [Produce.Response.RecordError()]
                    (partition.currentLeader.leaderId, partition.currentLeader.leaderEpoch) = (1, 5)
                    topic.partitionResponses = [partition, partition]
                    response.responses = [topic]
                    response.nodeEndpoints = nodes
                    return try bytes(Produce.self, response, version)
                }
            ),
            (
                .fetch,
                { version in
                    var response = Fetch.Response()
                    var topic = Fetch.Response.Topic()
                    var partition = Fetch.Response.Partition()
                    partition.abortedTransactions = [Fetch.Response.AbortedTransaction()]
                    partition.currentLeader.leaderId = 1
                    partition.records = Records(0..<300)
                    topic.partitions = [partition, Fetch.Response.Partition()]
                    response.responses = [topic]
                    response.nodeEndpoints = nodes
                    return try bytes(Fetch.self, response, version, records: [UInt8](repeating: 1, count: 300))
                }
            ),
        ]
    }

    @Test("have other addresses in every version, and nothing else is changed")
    func addresses() throws {
        for (before, after) in zip(Self.answers(false), Self.answers(true)) {
            for version in before.api.versions {
                let frame = try before.encode(version)
                #expect(try replaced(frame, before.api, version, shift: 0) == frame)
                #expect(
                    try replaced(frame, before.api, version, shift: 1_000) == after.encode(version),
                    "\(before.api) version \(version)")
            }
        }
    }

    @Test("stay as they are, whatever they say, when addresses are exchanged for themselves")
    func samples() throws {
        func sample<A: Api>(_: A.Type, _ version: Int16, _ seed: UInt64) throws -> [UInt8] {
            var samples = SampleCoder(version: version, isFlexible: A.isFlexible(version), .random, seed: seed)
            let frame = try A.encodeResponse(A.Response.sample(&samples), version: version, correlationId: 1)
            let records = [UInt8](repeating: 7, count: frame.gaps.last?.records.range.upperBound ?? 0)
            return Array(records.withUnsafeBytes { frame.joined(with: $0) }.dropFirst(4))
        }
        for api in AddressedApi.allCases {
            guard let key = ApiKey(rawValue: api.rawValue) else { continue }
            for version in api.versions {
                for seed in UInt64(0)..<20 {
                    let frame = try sample(key.api, version, seed)
                    #expect(try replaced(frame, api, version, shift: 0) == frame, "\(api) \(version) \(seed)")
                }
            }
        }
    }

    /// Fields by hand, as the public schemas have them: nobody here reads or writes these requests.
    @Test(
        "have other addresses in answers to share consumers", arguments: [AddressedApi.shareFetch, .shareAcknowledge])
    func shares(api: AddressedApi) throws {
        func frame(_ version: Int16, _ host: String, _ port: UInt8) -> [UInt8] {
            // Number and tags of the header, throttle, error, no message.
            var bytes: [UInt8] = [0, 0, 0, 3, 0] + [0, 0, 0, 0] + [0, 0] + [0]
            if api == .shareFetch || version == 2 { bytes += [0, 0, 0, 9] }
            // One topic of one partition, whose leader has moved.
            bytes += [2] + [UInt8](repeating: 5, count: 16) + [2] + [0, 0, 0, 1] + [0, 6] + [0]
            if api == .shareFetch { bytes += [0, 0, 0] }
            bytes += [0, 0, 0, 2, 0, 0, 0, 7, 0]
            // Three bytes of records, and one range of offsets.
            if api == .shareFetch { bytes += [4, 1, 2, 3] + [2] + [UInt8](repeating: 0, count: 18) + [0] }
            bytes += [0, 0]
            return bytes + [2, 0, 0, 0, 2, UInt8(host.utf8.count + 1)] + host.utf8 + [0, 0, 0, port, 0, 0] + [0]
        }
        for version in api.versions {
            let before = frame(version, "host", 9)
            #expect(try before.withUnsafeBytes { try Addresses($0, of: api, version: version).brokers.count } == 1)
            #expect(try replaced(before, api, version, shift: 0) == before)
            #expect(try replaced(before, api, version, shift: 5) == frame(version, "127.0.0.1", 14))
        }
    }

    @Test("tell clients of no version that the proxy does not know")
    func versions() throws {
        func entry(_ key: Int16, _ versions: ClosedRange<Int16>) -> ApiVersions.Response.ApiVersion {
            var entry = ApiVersions.Response.ApiVersion()
            (entry.apiKey, entry.minVersion, entry.maxVersion) = (key, versions.lowerBound, versions.upperBound)
            return entry
        }
        for version in ApiVersions.versions {
            var response = ApiVersions.Response()
            response.apiKeys = [
                entry(0, 3...99), entry(3, 0...5), entry(17, 0...1), entry(32, 0...99), entry(78, 0...9),
            ]
            var expected = response
            expected.apiKeys = [
                entry(0, 3...Produce.versions.upperBound), entry(3, 0...5), entry(17, 1...1), entry(32, 0...99),
                entry(78, 1...2),
            ]
            let narrowed = try bytes(ApiVersions.self, response, version).withUnsafeBytes {
                try VersionLimits.narrowed($0, version: version)
            }
            #expect(try Array(narrowed.dropFirst(4)) == bytes(ApiVersions.self, expected, version))
            // An error passes as it is; it is in the oldest form, whatever was asked.
            response.errorCode = .unsupportedVersion
            let refused = try bytes(ApiVersions.self, response, 0)
            let passed = try refused.withUnsafeBytes { try VersionLimits.narrowed($0, version: version) }
            #expect(Array(passed.dropFirst(4)) == refused)
        }
        let newer = RequestHeader(key: 18, version: 5, correlationId: 9, clientId: nil)
        let refusal = try #require(try VersionLimits.refusal(newer))
        let answer = try refusal.dropFirst(4).withUnsafeBytes { try ApiVersions.decodeResponse($0, version: 0) }
        #expect(answer.correlationId == 9)
        #expect(answer.response.errorCode == .unsupportedVersion)
        #expect(answer.response.apiKeys == [entry(18, ApiVersions.versions)])
        let known = RequestHeader(key: 18, version: 4, correlationId: 9, clientId: nil)
        #expect(try VersionLimits.refusal(known) == nil)
    }

    static func batch(at offset: Int64, _ count: Int) throws -> [UInt8] {
        var builder = BatchBuilder(baseOffset: offset)
        for index in 0..<Int64(count) {
            try builder.append(offset: offset + index, timestamp: 0, key: [UInt8]?.none, value: [1, 2, 3])
        }
        return try builder.finished()
    }

    @Test("keep one batch of many, in every version")
    func trimming() throws {
        let batches = try [Self.batch(at: 10, 5), Self.batch(at: 15, 5), Self.batch(at: 0, 7)]
        for version in Fetch.versions {
            func frame(_ records: [Range<Int>]) throws -> [UInt8] {
                var response = Fetch.Response()
                var topic = Fetch.Response.Topic()
                topic.partitions = records.enumerated().map { index, range in
                    var partition = Fetch.Response.Partition()
                    partition.partitionIndex = Int32(index)
                    partition.highWatermark = 99
                    partition.records = Records(range)
                    return partition
                }
                response.responses = [topic]
                return try bytes(Fetch.self, response, version, records: batches.flatMap { $0 })
            }
            let ends = batches.reduce([0]) { $0 + [$0[$0.count - 1] + $1.count] }
            let full = try frame([0..<0, 0..<ends[2], ends[2]..<ends[3]])
            let single = try frame([0..<0, 0..<ends[1], 0..<0])
            let trimmed = try full.withUnsafeBytes { try FetchTrim.trimmed($0, version: version) }
            #expect(trimmed.map { Array($0.dropFirst(4)) } == single, "version \(version)")
            #expect(try single.withUnsafeBytes { try FetchTrim.trimmed($0, version: version) } == nil)
            let empty = try frame([0..<0])
            #expect(try empty.withUnsafeBytes { try FetchTrim.trimmed($0, version: version) } == nil)
        }
    }

    @Test("say an error in every version in which a request can be refused")
    func errors() throws {
        /// Whether the answer to a made-up request says the error; one that names nothing may have no place for it.
        func isRefused<A: Api>(_: A.Type, _ version: Int16, _ seed: UInt64) throws -> Bool {
            var samples = SampleCoder(version: version, isFlexible: A.isFlexible(version), .random, seed: seed)
            let request = try A.encodeRequest(
                A.Request.sample(&samples), version: version, correlationId: 77, clientId: "c")
            let records = [UInt8](repeating: 7, count: request.gaps.last?.records.range.upperBound ?? 0)
            let frame = Array(records.withUnsafeBytes { request.joined(with: $0) }.dropFirst(4))
            let answer = try frame.withUnsafeBytes { try ErrorAnswer.toRequest($0, RequestHeader($0), 27) }
            let text = try #require(answer).dropFirst(4).withUnsafeBytes { bytes in
                let (correlationId, response) = try A.decodeResponse(bytes, version: version)
                #expect(correlationId == 77)
                return "\(response)"
            }
            let response = try A.encodeResponse(A.Response.sample(&samples), version: version, correlationId: 78)
            let content = [UInt8](repeating: 7, count: response.gaps.last?.records.range.upperBound ?? 0)
            let good = Array(content.withUnsafeBytes { response.joined(with: $0) }.dropFirst(4))
            let bad = try good.withUnsafeBytes {
                try ErrorAnswer.ofResponse($0, key: A.key.rawValue, version: version, 27)
            }
            let changed = try #require(bad).dropFirst(4).withUnsafeBytes { try A.decodeResponse($0, version: version) }
            #expect(changed.correlationId == 78)
            return text.contains("ErrorCode.rebalanceInProgress")
        }
        for key in ErrorAnswer.requests.compactMap({ ApiKey(rawValue: $0) }) {
            for version in key.api.versions {
                let refused = try (UInt64(0)..<20).filter { try isRefused(key.api, version, $0) }
                #expect(!refused.isEmpty, "\(key) version \(version)")
            }
        }
    }
}
