// What a real broker does to an engine while it runs: records evicted, partitions added, groups joined.
import Engine
import Evidence
import Foundation
import Harness
import Ingestion
import Judgement
import Kafka
import KafkaServer
import Posix
import Testing
import World

@Suite("An engine on a topic that changes", .serialized)
struct LivingTopicTests {
    struct Killed: Error {}

    /// A topic on a broker of its own, and lives of engines on it.
    final class Lab {
        private let server: KafkaServer?
        let kafka: KafkaConfiguration
        let topic: String
        let folder: String
        private var produced = 0
        private var places: [(partition: Partition, offset: Offset)] = []
        private let memory = UnsafeMutableRawPointer.allocate(byteCount: EngineCounters.byteCount, alignment: 4096)

        init(
            partitions: Int, brokers: String? = nil, served: ServerSettings = ServerSettings(),
            properties: [KafkaProperty] = []
        ) throws {
            topic = "living-\(UInt64.random(in: 0...UInt64.max))"
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-\(topic)").path
            memory.initializeMemory(as: UInt8.self, repeating: 0, count: EngineCounters.byteCount)
            server = brokers == nil ? try KafkaServer.start(served) : nil
            kafka = try KafkaConfiguration(
                bootstrap: server?.bootstrap ?? brokers,
                properties: [KafkaProperty(name: "receive.message.max.bytes", value: "1000000000")] + properties)
            let cluster = try KafkaCluster(kafka)
            defer { cluster.close() }
            try cluster.createTopic(topic, partitions: partitions)
        }

        deinit {
            server?.stop()
            memory.deallocate()
            try? FileSystem.removeTree(folder)
        }

        var counters: EngineCounters { EngineCounters(storage: memory) }

        /// Produces `count` records of so many bytes, round the given partitions.
        func produce(_ count: Int, bytes: Int = 64, to partitions: [Partition] = [0]) throws {
            let producer = try KafkaProducer(kafka, topic: topic)
            defer { producer.close() }
            let first = produced
            let delivery = try producer.produce(count: count, recordCapacity: bytes) { index, buffer in
                RecordFormat.write(.init(producer: 0, sequence: UInt64(first + index)), seed: 1, into: buffer)
                return OutgoingRecord(partition: partitions[index % partitions.count], valueLength: bytes)
            }
            for index in 0..<count {
                let partition = partitions[index % partitions.count]
                let range = delivery.ranges.first { $0.partition == partition }
                places.append((partition, (range?.from ?? 0) + Offset(index / partitions.count)))
            }
            produced += count
        }

        func configuration(
            _ strategy: Strategy, ends: [Offset], cuts: EngineConfiguration.Cuts = .count(block: 5, batch: 10),
            onDataLoss: DataLossPolicy = .fail, membership: EngineConfiguration.Membership = .manual
        ) -> EngineConfiguration {
            EngineConfiguration(
                strategy: strategy, sink: .append, directory: folder, group: "group-\(topic)",
                starts: ends.map { _ in 0 }, ends: ends, cuts: cuts, onDataLoss: onDataLoss, membership: membership)
        }

        /// Notes where a record lies that somebody else has produced.
        func note(_ partition: Partition, _ offset: Offset) {
            places.append((partition, offset))
            produced += 1
        }

        /// One life; true when it died of the crash.
        @discardableResult
        func live(
            _ configuration: EngineConfiguration, crash: ArmedCrash? = nil, client: ClientKind = .librdkafka
        ) throws -> Bool {
            let (broker, close) = try client.open(kafka, topic: topic)
            defer { close() }
            let crashSwitch = crash.map { CrashSwitch(armed: $0) { _, _ in throw Killed() } } ?? CrashSwitch()
            var seams = Seams(broker: broker, disk: PosixDisk(), clock: MonotonicClock(), crash: crashSwitch)
            seams.makeOpener = ClientKind.makeOpener
            do {
                try IngestionEngine(configuration: configuration, seams: seams, counters: counters).run()
                return false
            } catch is Killed { return true }
        }

        func verdict() throws -> Verdict {
            try Verdict(
                of: [SinkKind.append.deliveries(ofRunIn: folder, disk: PosixDisk())],
                against: Production(count: produced, place: { [places] in places[$0] }),
                readings: Readings(ofRunsIn: [folder], disk: PosixDisk()))
        }
    }

    static let strategies: [Strategy] = [.receiverWal, .receiverReliable, .direct, .directLogFirst, .directCommit]

    @Test("says what retention took while the worker was down, or goes on and counts it", arguments: strategies)
    func evicted(strategy: Strategy) throws {
        let lab = try Lab(partitions: 1)
        try lab.produce(20)
        let plan = CrashPoint(.batchPlan, .before)
        #expect(try lab.live(lab.configuration(strategy, ends: [20]), crash: ArmedCrash(plan, at: 2)))
        let before = try lab.verdict().delivered
        #expect(before == 10)
        try lab.produce(70)
        let low: Offset = 37
        let cluster = try KafkaCluster(lab.kafka)
        defer { cluster.close() }
        try cluster.deleteRecords(before: [(partition: 0, before: low)], of: lab.topic)

        var configuration = lab.configuration(strategy, ends: [90])
        let wanted: Offset = strategy.isReceiver ? 20 : strategy == .directCommit ? 0 : 10
        do {
            try lab.live(configuration)
            Issue.record("records are gone and nobody said so")
        } catch let error as EngineError {
            #expect(error.code == .dataLost)
            #expect(
                error.message == "offset \(wanted) of \(lab.topic)/0 is wanted and the earliest there is \(low): "
                    + "\(low - wanted) records are gone")
        }
        configuration.onDataLoss = .skip
        try lab.live(configuration)
        let verdict = try lab.verdict()
        // Ten are out; the receiver's log has ten more, its memory has none.
        let kept: Offset = strategy == .receiverWal ? 20 : 10
        let silent: Offset = strategy == .receiverReliable ? 10 : 0
        #expect(verdict.lost == Int(low - kept))
        #expect(verdict.lostSilently == Int(silent))
        #expect(verdict.lostLoudly == Int(low - kept - silent))
        #expect(verdict.duplicates == 0)
        #expect(lab.counters[.recordsSkipped] == UInt64(low - wanted))
    }

    @Test("runs as the only member of a group as it does by hand, and again after a crash: n = 5")
    func groupOfOne() throws {
        let lab = try Lab(partitions: 4)
        try lab.produce(60, to: [0, 1, 2, 3])
        let configuration = lab.configuration(
            .receiverWal, ends: [15, 15, 15, 15],
            membership: .group(sessionTimeoutMilliseconds: 6000, heartbeatMilliseconds: 500))
        let crash = ArmedCrash(CrashPoint(.receiverOffsetsCommit, .before), at: 3)
        #expect(try lab.live(configuration, crash: crash))
        try lab.live(configuration)
        let verdict = try lab.verdict()
        #expect(verdict.duplicates == 5 && verdict.ingestDuplicates == 5 && verdict.lost == 0)
    }

    /// Our own broker, and the external one where there is one.
    private static let brokers = [nil] + (ProcessInfo.processInfo.environment["KBENCH_TEST_BROKERS"].map { [$0] } ?? [])

    @Test(
        "takes up partitions that come into being while it runs",
        arguments: [Strategy.receiverWal, .direct, .directLogFirst], brokers)
    func grows(strategy: Strategy, brokers: String?) async throws {
        let lab = try Lab(partitions: 2, brokers: brokers)
        try lab.produce(20, to: [0, 1])
        let configuration = lab.configuration(
            strategy, ends: [10, 10, 10, 10], cuts: .time(block: 5_000_000, batch: 20_000_000))
        // Dies when all there is has been output, and with two partitions still to come.
        #expect(try lab.live(configuration, crash: ArmedCrash(CrashPoint(.sinkSync, .after), at: 1)))
        let cluster = try KafkaCluster(lab.kafka)
        defer { cluster.close() }
        try cluster.growTopic(lab.topic, to: 4)
        try lab.produce(20, to: [2, 3])
        try lab.live(configuration)
        let verdict = try lab.verdict()
        #expect(verdict.lost == 0 && verdict.corrupted == 0)
        #expect(verdict.delivered == 40 + verdict.duplicates && verdict.duplicates <= 20)
    }
}
