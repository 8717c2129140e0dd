// The digest of what a run has put out, with and without a crash.
import Simulation
import Testing
import World

@testable import Engine
@testable import Evidence
@testable import Ingestion
@testable import Judgement

@Suite("The output digest")
struct OutputDigestOfRunsTests {
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
