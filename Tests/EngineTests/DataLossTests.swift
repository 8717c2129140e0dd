// Records that the broker dropped before they were read: an error that names them, or a skip that is counted.
@testable import Ingestion
@testable import Evidence
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("Offsets that are not in the log any more")
struct DataLossTests {
    private static let shape = LoadShape.small(records: 40, partitions: 2, block: 5, batch: 10, autoCommit: 1)
    private static let strategies = Strategy.withOutput

    /// Where every write shows, if the strategy can write there.
    private static func sink(of strategy: Strategy) -> SinkKind {
        strategy.canWrite(to: .append) ? .append : .transactional
    }

    /// A life that dies in the third batch with ten records out, and a broker that then drops partition 1 below `low`.
    private func evicted(_ strategy: Strategy, _ sink: SinkKind, below low: Offset) throws -> SimulatedRun {
        let run = SimulatedRun(strategy: strategy, sink: sink, shape: Self.shape)
        #expect(try run.live(crash: ArmedCrash(CrashPoint(.batchPlan, .before), at: 3)))
        run.broker.evict(below: low, of: 1)
        return run
    }

    private func engineError(_ body: () throws -> Void) -> EngineError? {
        do { try body() } catch { return error as? EngineError }
        return nil
    }

    @Test("are an error that says what is wanted, what is there, and how much is gone", arguments: strategies)
    func fail(strategy: Strategy) throws {
        let run = try evicted(strategy, Self.sink(of: strategy), below: 20)
        let before = try run.verdict()
        let error = try #require(engineError { try run.live() })
        #expect(error.code == .dataLost)
        // Two batches are out. A receiver has polled and committed the six blocks of three batches, each with two of its
        // five records from this partition; `direct-commit` has sent the offsets of the first batch only.
        let wanted =
            switch strategy {
            case .directCommit: 5
            case .direct, .directLogFirst, .directTransactional: 10
            default: 12
            }
        #expect(
            error.message
                == "offset \(wanted) of simulated/1 is wanted and the earliest there is 20: \(20 - wanted) records are gone"
        )
        #expect(error.location == "simulated/1@\(wanted)")
        #expect(run.counters[.recordsSkipped] == 0)
        // A second try fails alike, and what was out stays out.
        #expect(engineError { try run.live() } == error)
        #expect(try run.verdict().delivered >= before.delivered)
    }

    @Test("are skipped where that is wanted, counted, and lost loudly", arguments: strategies, SinkKind.keepingRows)
    func skip(strategy: Strategy, sink: SinkKind) throws {
        guard strategy.canWrite(to: sink) else { return }
        for low in Offset(0)...20 {
            let run = try evicted(strategy, sink, below: low)
            let out = try delivered(run)
            run.configuration.onDataLoss = .skip
            try run.live()
            let verdict = try run.verdict()
            let place = Comment(rawValue: "\(strategy.rawValue)/\(sink.rawValue) below \(low)")
            // Nobody can have what lay below `low`, unless it was out, or safe in the log of blocks, before.
            #expect(verdict.lost == verdict.lostSilently + verdict.lostLoudly, place)
            if strategy.promisesNoLoss { #expect(verdict.lostSilently == 0, place) }
            let wanted: Offset = strategy == .directCommit ? 5 : strategy.isReceiver ? 12 : 10
            #expect(run.counters[.recordsSkipped] == UInt64(max(0, low - wanted)), place)
            let gone = (0..<20).count { $0 >= wanted && $0 < low && !out.contains(Offset($0)) }
            #expect(verdict.lostLoudly == gone, place)
            #expect(verdict.corrupted == 0, place)
        }
    }

    /// The offsets of partition 1 that are in the sink.
    private func delivered(_ run: SimulatedRun) throws -> Set<Offset> {
        var offsets: Set<Offset> = []
        let configuration = run.configuration
        try SinkDeliveries(
            configuration.sink, ofRunIn: configuration.directory, disk: run.disk, openStore: run.stores.open
        ).forEachRow {
            if $0.partition == 1 { offsets.insert($0.offset) }
        }
        return offsets
    }

    @Test(
        "are skipped in the middle of a range that was planned when they were still there",
        arguments: [Strategy.direct, .directLogFirst])
    func plannedRange(strategy: Strategy) throws {
        for low in Offset(0)...20 {
            let run = SimulatedRun(strategy: strategy, sink: .append, shape: Self.shape)
            // The range of the third batch, 10 to 15 of each partition, is durable.
            let point = CrashPoint(strategy == .direct ? .generationCheckpointRename : .batchLogRename, .after)
            #expect(try run.live(crash: ArmedCrash(point, at: 3)))
            run.broker.evict(below: low, of: 1)
            if low > 10 {
                let error = try #require(engineError { try run.live() })
                #expect(error.code == .dataLost && error.location == "simulated/1@10")
                #expect(error.message.hasSuffix("\(min(low, 15) - 10) records are gone"))
            }
            run.configuration.onDataLoss = .skip
            try run.live()
            let verdict = try run.verdict()
            #expect(verdict.lostLoudly == max(0, low - 10) && verdict.lostSilently == 0, "below \(low)")
            // The life that failed at partition 1 had written the five records of partition 0: row P4, k = 5.
            #expect(verdict.duplicates == (low > 10 ? 5 : 0), "below \(low)")
        }
    }

    @Test("lie past the end when the topic was made anew", arguments: strategies)
    func recreated(strategy: Strategy) throws {
        let run = try evicted(strategy, Self.sink(of: strategy), below: 0)
        let produce = { (count: Int, partition: Partition) in
            for offset in 0..<count {
                var value = [UInt8](repeating: 0, count: RecordFormat.minimumLength)
                value.withUnsafeMutableBytes {
                    RecordFormat.write(
                        .init(producer: 0, sequence: UInt64(offset * 2 + Int(partition))), seed: 1, into: $0)
                }
                run.broker.produce(to: partition, value: value)
            }
        }
        run.broker.recreate()
        let error = try #require(engineError { try run.live() })
        #expect(error.code == .topicReplaced)
        #expect(error.message.hasSuffix("the log has 0 up to 0: the topic was made anew or cut short"))

        // Skipping goes back to the earliest record there is, once in each partition, and says so.
        run.configuration.onDataLoss = .skip
        guard !run.configuration.sink.isKeyedByOffset else {
            // A sink that tells records apart by their offsets would take the new ones for the old.
            #expect(engineError { try run.live() } == error)
            return
        }
        var asked = [0, 0]
        run.broker.whenAsked = { partition in
            // Three looks see the log too short before it is believed; only then the same load comes again.
            asked[Int(partition)] += 1
            if asked[Int(partition)] == 6 { produce(20, partition) }
        }
        try run.live()
        let verdict = try run.verdict()
        #expect(run.counters[.offsetResets] == 2)
        #expect(verdict.lost == 0 && verdict.duplicates == verdict.delivered - 40)
    }

    @Test(
        "N8: lie past the end from the beginning, where an earlier life or somebody else has left them",
        arguments: strategies)
    func storedBehindTheEnd(strategy: Strategy) throws {
        let sink = Self.sink(of: strategy)
        let run = SimulatedRun(strategy: strategy, sink: sink, shape: Self.shape)
        // Each partition has 20 records; 90 of partition 1 are said to be done.
        switch strategy {
        case .direct, .directLogFirst:
            try StateSeed.write(
                Positions(latestBatch: 3, offsets: [10, 90]),
                as: strategy == .direct ? .checkpoint(program: 1) : .offsetLog,
                in: "/run", overwrites: false, disk: run.disk)
        case .directTransactional:
            let store = run.stores.open("\(RunFolder.sink(of: "/run"))/transactional.sqlite")
            try store.begin()
            for (partition, offset) in [(Partition(0), Offset(10)), (1, 90)] {
                #expect(try store.advance(partition, from: nil, to: offset, batch: 3))
            }
            try store.commit()
        default: try run.broker.commit([(0, 10), (1, 90)], group: "kbench")
        }
        let error = try #require(engineError { try run.live() })
        #expect(error.code == .topicReplaced && error.location == "simulated/1@90")
        #expect(
            error.message
                == "offset 90 of simulated/1 is wanted and the log has 0 up to 20: the topic was made anew or cut short"
        )
        #expect(engineError { try run.live() } == error)

        run.configuration.onDataLoss = .skip
        guard !sink.isKeyedByOffset else {
            #expect(engineError { try run.live() } == error)
            return
        }
        try run.live()
        // Partition 1 is read from its beginning, partition 0 from where it was.
        let verdict = try run.verdict()
        #expect(verdict.delivered == 30 && verdict.lost == 10 && run.counters[.offsetResets] == 1)
    }

    @Test("N8: behind the end of this run's input, and there all the same, are no reason to fail")
    func storedBehindTheInput() throws {
        let run = SimulatedRun(strategy: .receiverReliable, sink: .append, shape: Self.shape)
        run.configuration.ends = [10, 10]
        try run.broker.commit([(0, 15), (1, 20)], group: "kbench")
        try run.live()
        #expect(try run.verdict().delivered == 0)
    }
}
