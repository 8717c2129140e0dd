// Jobs that keep a state, crashed at every point: counted once wherever the strategy loses nothing.
@testable import Ingestion
@testable import Evidence
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("A job's counts through crashes")
struct JobCrashTests {
    static let strategies = Strategy.withOutput
    static let shapes: [LoadShape] = [
        .small(records: 16, partitions: 3, block: 2, batch: 6),
        .small(records: 24, partitions: 3, block: 2, batch: 12, group: 3),
        .small(records: 16, partitions: 3, block: 2, batch: 6, lag: 2),
    ]

    @Test("each point, each occurrence: the closed form's counts, and the same state", arguments: shapes, strategies)
    func everyPoint(shape: LoadShape, strategy: Strategy) throws {
        for fidelity in [Fidelity.sound, .spark] {
            let job = Job.checksumSum
            let schedule = CrashSchedule(
                strategy: strategy, sink: .append, job: job, fidelity: fidelity, shape: shape)
            let whole = SimulatedRun(strategy: strategy, sink: .append, shape: shape, fidelity: fidelity, job: job)
            try whole.live()
            let digest = try whole.verdict().outputDigest
            let kills = try Kills(
                of: SimulatedRun(strategy: strategy, sink: .append, shape: shape, fidelity: fidelity, job: job))
            let verdicts = try kills.worlds.map { killed in
                try killed.live()
                return try killed.verdict()
            }
            for point in CrashPoint.all where point.isDeath {
                guard let occurrences = schedule.occurrences(of: point) else { continue }
                let place = "\(strategy.rawValue) \(fidelity.name) \(point) \(shape)"
                #expect(kills.occurrences(of: point) == occurrences, "\(place)")
                for occurrence in 1..<occurrences + 1 {
                    let crash = ArmedCrash(point, at: occurrence)
                    let verdict = verdicts[try #require(kills.places[crash], "\(place)@\(occurrence)")]
                    let expected = try #require(
                        ExpectedOutcome(
                            strategy: strategy, sink: .append, job: job, fidelity: fidelity, crash: crash,
                            shape: shape))
                    #expect(verdict.duplicates == 0 && expected.duplicates == 0, "\(place)@\(occurrence)")
                    #expect(verdict.lost == expected.lost, "\(place)@\(occurrence)")
                    #expect(verdict.ingestDuplicates == expected.ingestDuplicates, "\(place)@\(occurrence)")
                    #expect((verdict.outputDigest == digest) == (expected.lost == 0), "\(place)@\(occurrence)")
                    #expect(fidelity == .spark || !strategy.promisesNoLoss || verdict.lost == 0)
                }
            }
        }
    }

    static let text: [String?] = [
        "to be or not to be", "that is the question", "", nil, "whether tis nobler in the mind", "to suffer",
        "the slings and arrows", "of outrageous fortune", "or to take arms", "against a sea", "of troubles",
        "and by opposing", "end them", "to die to sleep",
    ]

    @Test(
        "words of any producer, with a crash in the recovery of a crash",
        arguments: strategies.filter(\.promisesNoLoss))
    func words(strategy: Strategy) throws {
        var expected: [String: UInt64] = [:]
        for word in Self.text.compactMap({ $0 }).flatMap({ $0.split(separator: " ") }) {
            expected[String(word), default: 0] += 1
        }
        let points = CrashPoint.all.filter {
            $0.isDeath && CrashPointGuide.strategies(of: $0.effect).contains(strategy)
        }
        for first in points {
            for second in [CrashPoint(.sinkWrite, .after), CrashPoint(.stateRename, .after), first] {
                let run = TextRun(Self.text, partitions: 3, strategy: strategy, job: .wordCount)
                try run.live(crash: ArmedCrash(first, at: 2))
                try run.live(crash: ArmedCrash(second, at: 1))
                try run.live()
                let state = try #require(try run.state())
                let counts = Dictionary(uniqueKeysWithValues: state.wordCounts.map { ($0.word, $0.count) })
                #expect(counts == expected, "\(strategy.rawValue) \(first)@2, then \(second)@1")
                #expect(state.records == [5, 5, 4], "\(strategy.rawValue) \(first)@2, then \(second)@1")
            }
        }
    }
}

@Suite("The output digest")
struct OutputDigestTests {
    private static func row(
        _ sequence: UInt64, partition: Partition = 0, offset: Offset = 0, batch: Int64 = 1, corrupted: Bool = false
    ) -> SinkEntry {
        SinkEntry(
            identity: .init(producer: 0, sequence: sequence), isCorrupted: corrupted, partition: partition,
            offset: offset, batch: batch, ingest: batch)
    }

    private static func digest(_ rows: [SinkEntry]) -> String {
        var digest = OutputDigest()
        for row in rows { digest.add(row) }
        return digest.text
    }

    @Test("does not see the order, nor which batch wrote a row")
    func sameOutput() {
        let rows = (0..<10).map { Self.row(UInt64($0), offset: Int64($0)) }
        let again = (0..<10).map { Self.row(UInt64($0), offset: Int64($0), batch: 7) }
        #expect(Self.digest(rows) == Self.digest(again.reversed()))
        #expect(Self.digest(rows).count == 32)
    }

    @Test("sees every row, how often it is there, and where it came from")
    func otherOutput() {
        let outputs: [[SinkEntry]] = [
            [], [Self.row(0)], [Self.row(0), Self.row(0)], [Self.row(0), Self.row(0), Self.row(0)], [Self.row(1)],
            [Self.row(0, partition: 1)], [Self.row(0, offset: 1)], [Self.row(0, corrupted: true)],
            [Self.row(0), Self.row(1)],
        ]
        #expect(Set(outputs.map(Self.digest)).count == outputs.count)
    }

    @Test("of a sink is that of a run without a crash exactly where nothing is there twice or missing")
    func sinks() throws {
        let shape = LoadShape.small(records: 16, partitions: 3, block: 2, batch: 6)
        for strategy in Strategy.allCases where strategy != .raw {
            for sink in SinkKind.keepingRows where strategy.canWrite(to: sink) {
                let whole = SimulatedRun(strategy: strategy, sink: sink, shape: shape)
                try whole.live()
                let digest = try whole.verdict().outputDigest
                for point in [CrashPoint(.sinkWrite, .after), CrashPoint(.sinkSync, .after)] {
                    let run = SimulatedRun(strategy: strategy, sink: sink, shape: shape)
                    #expect(try run.live(crash: ArmedCrash(point, at: 2)))
                    try run.live()
                    let verdict = try run.verdict()
                    let isSame = verdict.duplicates == 0 && verdict.lost == 0
                    #expect(
                        (verdict.outputDigest == digest) == isSame, "\(strategy.rawValue)/\(sink.rawValue) \(point)")
                }
            }
        }
    }
}
