// A broker: whether it answers, how soon, and which of the rights that runs need it gives.
internal import Harness
internal import Kafka
internal import Posix
internal import Results
internal import Statistics
internal import World

/// Looks at the broker that is named, or at the embedded one. A topic and a group are made and removed.
struct BrokerLook {
    private let options: RunOptions

    init(_ options: RunOptions) { self.options = options }

    /// A right: what is tried, what it is for, and who can give it.
    struct Right: Sendable {
        var name: String
        var means: String
        var mend: String
    }

    static let create = Right(
        name: "create topic", means: "each run makes a topic of its own, whose name begins with kbench-",
        mend: "allow CREATE on the cluster, or on topics with the prefix kbench-; then --replication-factor")
    static let produce = Right(
        name: "produce", means: "the load of a run is produced by kbench, with idempotence",
        mend: "allow WRITE on topics with the prefix kbench-, and IDEMPOTENT_WRITE where the brokers are before 2.8")
    static let fetch = Right(
        name: "fetch", means: "strategies and pipelines read the topic of their run",
        mend: "allow READ on topics with the prefix kbench-")
    static let commit = Right(
        name: "commit offsets", means: "receivers and direct-commit keep their offsets with a group of the broker",
        mend: "allow READ on groups with the prefix kbench-")
    static let delete = Right(
        name: "delete", means: "what a run has made is removed behind it; without that right topics kbench-* stay",
        mend: "allow DELETE on topics and groups with the prefix kbench-, or remove them by hand")

    func lines() throws -> (lines: [DoctorResult.Line], isGone: Bool) {
        let clock = MonotonicClock()
        let begin = clock.now()
        let host: BrokerHost
        do {
            host = try BrokerHost(options)
        } catch let error as BrokerError where error.code == .configuration {
            throw error
        } catch {
            return ([BrokerLook.gone(Diagnosis(of: error), named: options.brokers)], options.brokers != nil)
        }
        defer { host.close() }
        var lines: [DoctorResult.Line] = []
        do {
            lines.append(try answer(of: host, after: Double(clock.now() - begin) / 1e9))
        } catch {
            return ([BrokerLook.gone(Diagnosis(of: error), named: options.brokers)], options.brokers != nil)
        }
        return (lines + rights(on: host), false)
    }

    static func gone(_ diagnosis: Diagnosis, named brokers: String?) -> DoctorResult.Line {
        .init(
            "broker", .failure, found: diagnosis.cause,
            means: brokers == nil
                ? "the embedded broker cannot be started, so nothing can be run without --brokers"
                : "nothing can be run on it", mend: diagnosis.fix)
    }

    private func answer(of host: BrokerHost, after connected: Double) throws -> DoctorResult.Line {
        let cluster = try KafkaCluster(host.configuration)
        defer { cluster.close() }
        let clock = MonotonicClock()
        var count = 0
        let seconds = try (0..<15).map { _ in
            let begin = clock.now()
            count = try cluster.brokers().count
            return Double(clock.now() - begin) / 1e9
        }
        return BrokerLook.answering(
            kind: host.info.kind, address: host.info.address, brokers: count, connected: connected,
            p50: Sample.median(seconds), most: seconds.max() ?? 0)
    }

    static func answering(
        kind: String, address: String, brokers: Int, connected: Double, p50: Double, most: Double
    ) -> DoctorResult.Line {
        .init(
            "broker", p50 > 0.1 ? .warning : .ok,
            found: "\(kind) at \(address), \(brokers) \(brokers == 1 ? "broker" : "brokers"), there after "
                + "\(DoctorWords.time(connected)); an answer takes \(DoctorWords.time(p50)), "
                + "at most \(DoctorWords.time(most))",
            means: "every commit of offsets and every fetch without records waits for at least one answer",
            mend: "run kbench nearer to the brokers, where rates are wanted",
            figures: ["brokers": Double(brokers), "connectSeconds": connected, "answerSeconds": p50])
    }

    /// Tries one right after the other; what rests on one that is missing is skipped.
    private func rights(on host: BrokerHost) -> [DoctorResult.Line] {
        let stamp = "\(Processes.processID)-\(MonotonicClock().now() / 1_000_000)"
        let (topic, group) = ("kbench-doctor-\(stamp)", "kbench-doctor-\(stamp)")
        var lines = [BrokerLook.tried(BrokerLook.create) { try host.createTopic(topic, partitions: 1) }]
        guard lines[0].standing == .ok else {
            return lines
                + [BrokerLook.produce, BrokerLook.fetch, BrokerLook.commit, BrokerLook.delete].map {
                    BrokerLook.skipped($0, because: "there is no topic")
                }
        }
        let configuration = host.configuration
        lines.append(
            BrokerLook.tried(BrokerLook.produce) {
                let producer = try KafkaProducer(configuration, topic: topic)
                defer { producer.close() }
                _ = try producer.produce(count: 10, recordCapacity: 32) { index, buffer in
                    buffer.storeBytes(of: UInt64(index), as: UInt64.self)
                    return OutgoingRecord(partition: 0, valueLength: 8)
                }
            })
        let isFilled = lines[1].standing == .ok
        lines.append(
            isFilled
                ? BrokerLook.tried(BrokerLook.fetch) {
                    let reader = try KafkaReader(configuration, topic: topic, positions: [(0, 0)])
                    defer { reader.close() }
                    let end = try reader.scan(0, until: 10, timeout: .seconds(10)) { _ in }
                    guard end == 10 else { throw BrokerLook.short("\(end) of 10 records came", at: topic) }
                } : BrokerLook.skipped(BrokerLook.fetch, because: "there are no records"))
        lines.append(
            BrokerLook.tried(BrokerLook.commit) {
                let broker = try KafkaBroker(configuration, topic: topic)
                defer { broker.close() }
                try broker.commit([(0, 7)], group: group)
                let kept = try broker.committedOffsets(of: [0], group: group)
                guard kept == [7] else { throw BrokerLook.short("7 was committed and \(kept) is there", at: group) }
            })
        let isCommitted = lines[3].standing == .ok
        lines.append(
            BrokerLook.tried(BrokerLook.delete) {
                let cluster = try KafkaCluster(configuration)
                defer { cluster.close() }
                if isCommitted, let error = try cluster.deleteGroups([group])[group] { throw error }
                try cluster.deleteTopic(topic)
            })
        return lines
    }

    private static func short(_ words: String, at place: String) -> BrokerError {
        BrokerError(.failed, words, location: place)
    }

    /// Does it, and says how long that took, or why it could not be done.
    static func tried(_ right: Right, _ body: () throws -> Void) -> DoctorResult.Line {
        let clock = MonotonicClock()
        let begin = clock.now()
        do {
            try body()
        } catch {
            let broker = error as? BrokerError
            // Of records that were not confirmed, the first one's reason.
            let isRefused =
                broker?.code == .notAllowed || broker?.cause?.name.hasSuffix("AUTHORIZATION_FAILED") == true
            let words = Diagnosis(of: error)
            return .init(
                right.name, .failure, found: (isRefused ? "the right is missing: " : "") + words.cause,
                means: right.means, mend: isRefused ? right.mend : words.fix)
        }
        let seconds = Double(clock.now() - begin) / 1e9
        return .init(
            right.name, found: "allowed, in \(DoctorWords.time(seconds))", means: right.means,
            figures: ["seconds": seconds])
    }

    static func skipped(_ right: Right, because reason: String) -> DoctorResult.Line {
        .init(right.name, .skipped, found: "not tried: \(reason)", means: right.means)
    }
}
