// Logs with gaps, as transaction markers and compaction leave them: every position of every gap, for every strategy.
@testable import Ingestion
@testable import Evidence
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("Offsets without records")
struct GapTests {
    private static let shape = LoadShape.small(records: 8, partitions: 2, block: 3, batch: 4, autoCommit: 1, chunk: 2)
    private static let strategies = Strategy.withOutput

    /// One or two gaps of one or more offsets, at each place there is: before a partition's first record, between any
    /// two, and behind its last.
    private static var logs: [[Int: Int64]] {
        let places = 0..<shape.records + shape.partitions
        var logs: [[Int: Int64]] = []
        for first in places {
            for length in [1, 2, 7] as [Int64] { logs.append([first: length]) }
            for second in places where second > first { logs.append([first: 1, second: 3]) }
        }
        return logs
    }

    /// What the sink and the journal hold, counted the slow way: by every row and every offset.
    private struct Count: Equatable {
        var duplicates = 0
        var ingestDuplicates = 0
        var lost = 0
        var redone = 0
        /// Offsets that the journal calls read and that hold no record.
        var readsOfNothing = 0

        init(_ run: SimulatedRun) throws {
            let configuration = run.configuration
            var rows: [UInt64: [Int64]] = [:]
            let reader = SinkDeliveries(
                configuration.sink, ofRunIn: configuration.directory, disk: run.disk, openStore: run.stores.open)
            try reader.forEachRow { row in
                rows[row.identity.sequence, default: []].append(row.ingest)
            }
            lost = run.shape.records - rows.count
            duplicates = rows.values.reduce(0) { $0 + $1.count - 1 }
            var reads: [[Int64]: Set<Int64>] = [:]
            var read = 0
            let evidence = RunFolder.evidence(of: configuration.directory)
            try ReadJournal.forEachEntry(in: evidence, disk: run.disk) { entry in
                for offset in entry.range.from..<entry.range.until {
                    reads[[Int64(entry.range.partition), offset], default: []].insert(entry.ingest)
                    read += 1
                }
            }
            ingestDuplicates =
                configuration.sink.isKeyedByOffset
                ? reads.values.reduce(0) { $0 + $1.count - 1 }
                : rows.values.reduce(0) { $0 + Set($1).count - 1 }
            redone = read - rows.values.reduce(0) { $0 + $1.count }
            let records = Set(run.places.map { [Int64($0.partition), $0.offset] })
            readsOfNothing = reads.keys.count { !records.contains($0) }
        }

        init(_ verdict: Verdict) {
            duplicates = verdict.duplicates
            ingestDuplicates = verdict.ingestDuplicates
            lost = verdict.lost
            redone = verdict.redone
        }
    }

    @Test("are passed by position: nothing twice, nothing lost, nothing read that is not there", arguments: strategies)
    func withoutCrash(strategy: Strategy) throws {
        for gaps in Self.logs {
            for sink in SinkKind.keepingRows.filter(strategy.canWrite) {
                let run = SimulatedRun(strategy: strategy, sink: sink, shape: Self.shape, gaps: gaps)
                try run.live()
                let place = Comment(rawValue: "\(strategy.rawValue)/\(sink.rawValue) \(gaps)")
                let verdict = try run.verdict()
                #expect(verdict.delivered == Self.shape.records, place)
                #expect(Count(verdict) == (try Count(run)), place)
                #expect(verdict.duplicates == 0 && verdict.lost == 0 && verdict.redone == 0, place)
                #expect(verdict.ingestDuplicates == 0 && verdict.corrupted == 0, place)
                #expect(run.counters[.recordsFetched] == UInt64(Self.shape.records), place)
            }
        }
    }

    @Test(
        "change no count after a crash: the verdict is what counting every row and offset gives", arguments: strategies)
    func withCrash(strategy: Strategy) throws {
        let points = CrashPoint.all.filter {
            $0.isDeath && CrashPointGuide.strategies(of: $0.effect).contains(strategy)
        }
        for (index, gaps) in Self.logs.filter({ $0.count == 1 }).enumerated() {
            // Every fourth point for each log; over all logs every point comes with every sink and both occurrences.
            let sinks = SinkKind.keepingRows.filter(strategy.canWrite)
            let sink = sinks[index % sinks.count]
            for (place, point) in points.enumerated() where (place + index) % 4 == 0 {
                let run = SimulatedRun(strategy: strategy, sink: sink, shape: Self.shape, gaps: gaps)
                guard try run.live(crash: ArmedCrash(point, at: 1 + index % 2)) else { continue }
                try run.live()
                let place = Comment(rawValue: "\(strategy.rawValue)/\(sink.rawValue) \(point) \(gaps)")
                let verdict = try run.verdict()
                #expect(Count(verdict) == (try Count(run)), place)
                #expect(verdict.lost == 0 || !strategy.promisesNoLoss, place)
                #expect(verdict.delivered == verdict.produced - verdict.lost + verdict.duplicates, place)
                #expect(verdict.corrupted == 0, place)
            }
        }
    }

    /// Row P5 and R6 of the semantics: all of one batch again, and the block in flight again.
    @Test("leave the closed forms as they are, in records and not in offsets", arguments: logs)
    func closedForms(gaps: [Int: Int64]) throws {
        // The batch is out and not complete: E is what the sink holds of it.
        let direct = SimulatedRun(strategy: .directLogFirst, sink: .append, shape: Self.shape, gaps: gaps)
        #expect(try direct.live(crash: ArmedCrash(CrashPoint(.batchCompleteRename, .before), at: 1)))
        let out = try direct.verdict().delivered
        try direct.live()
        let first = try direct.verdict()
        #expect(first.duplicates == out && first.ingestDuplicates == 0 && first.lost == 0, "\(gaps)")

        // A block of three is announced, its offsets are not committed: n = 3.
        let receiver = SimulatedRun(strategy: .receiverWal, sink: .append, shape: Self.shape, gaps: gaps)
        #expect(try receiver.live(crash: ArmedCrash(CrashPoint(.receiverOffsetsCommit, .before), at: 1)))
        try receiver.live()
        let second = try receiver.verdict()
        #expect(second.duplicates == 3 && second.ingestDuplicates == 3 && second.lost == 0, "\(gaps)")
    }
}
