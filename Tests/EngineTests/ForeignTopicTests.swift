// Topics of somebody else: the closed forms take the records that are there from one pass, wherever compaction left holes.
@testable import Ingestion
@testable import Evidence
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("Closed forms on a topic that somebody else filled")
struct ForeignTopicTests {
    /// Of each partition some offsets are gone: at the start, in the middle, several in a row, and at the end.
    static let gaps: [Int: Int64] = [0: 2, 4: 1, 7: 3, 9: 1, 12: 2, 13: 4]
    static let shape = LoadShape.small(records: 12, partitions: 2, block: 3, batch: 6, autoCommit: 2, chunk: 2)

    private static func run(_ strategy: Strategy, _ sink: SinkKind, _ shape: LoadShape = shape) -> SimulatedRun {
        SimulatedRun(strategy: strategy, sink: sink, shape: shape, gaps: gaps)
    }

    /// Where the records of a run lie, from the production itself.
    private static func layout(of run: SimulatedRun) -> TopicLayout {
        TopicLayout(
            partitions: run.configuration.ends.indices.map { partition in
                let offsets = run.places.filter { Int($0.partition) == partition }.map(\.offset)
                return PartitionLayout(
                    start: 0, stretches: offsets.map { $0..<$0 + 1 }, end: run.configuration.ends[partition])
            })
    }

    @Test("N4: the pass that counts a compacted topic finds its layout")
    func layoutIsFound() throws {
        let run = Self.run(.directLogFirst, .counting)
        run.configuration.origin = .anyone
        try run.live()
        let found = try TopicLayout(
            countedIn: run.configuration.directory, starts: [0, 0], ends: run.configuration.ends, disk: run.disk)
        #expect(found == Self.layout(of: run))
        #expect(found.count == 12)
        #expect(!found.isDense)
    }

    @Test("N3, N4: a crash anywhere on it does what the closed form says", arguments: CrashEverywhereTests.strategies)
    func everyPoint(strategy: Strategy) throws {
        for sink in [SinkKind.append, .batchKeyed, .transactional] where strategy.canWrite(to: sink) {
            var shape = Self.shape
            shape.found = Self.layout(of: Self.run(strategy, sink))
            let kills = try Kills(of: Self.run(strategy, sink))
            let schedule = CrashSchedule(strategy: strategy, sink: sink, shape: shape)
            for point in CrashPoint.all where point.isDeath && point.effect != .cleanupRemove {
                let count = schedule.occurrences(of: point) ?? 0
                #expect(count == kills.occurrences(of: point), "\(strategy.rawValue)/\(sink.rawValue) \(point)")
                for occurrence in 0..<count {
                    let crash = ArmedCrash(point, at: occurrence + 1)
                    let place = try #require(kills.places[crash])
                    let last = kills.worlds[place].fork()
                    try last.live()
                    let expected = ExpectedOutcome(strategy: strategy, sink: sink, crash: crash, shape: shape)
                    #expect(
                        try Counts(last.verdict()) == Counts(#require(expected), produced: 12),
                        "\(strategy.rawValue)/\(sink.rawValue) \(crash)")
                }
            }
        }
    }

    @Test("N5: a batch takes a partition's share, and where all records lie in one of two it has half of them")
    func shares() throws {
        let shape = LoadShape.small(records: 12, partitions: 2, batch: 4, pattern: LoadPattern(weights: [1, 0]))
        let crash = ArmedCrash(CrashPoint(.batchOffsetsCommit, .before), at: 2)
        let expected = ExpectedOutcome(strategy: .directCommit, sink: .append, crash: crash, shape: shape)
        let run = SimulatedRun(strategy: .directCommit, sink: .append, shape: shape)
        #expect(try run.live(crash: crash))
        try run.live()
        #expect(try run.verdict().duplicates == 2)
        #expect(expected?.duplicates == 2)
    }
}
