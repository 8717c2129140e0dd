// The atlas: every crash of a small load, in every state of the disk.
import Ingestion
import Engine
import Testing
import World

@testable import Exploration

@Suite struct AtlasTests {
    static func units(_ fidelity: Fidelity, seededStates: Int) -> [AtlasUnit] {
        AtlasUnit.all(
            strategies: Strategy.allCases, sinks: SinkKind.keepingRows,
            template: AtlasUnit(
                strategy: .raw, sink: .append, fidelity: fidelity, shape: Hunter.shape, seed: 1,
                seededStates: seededStates))
    }

    @Test(arguments: units(.sound, seededStates: 0))
    func aSoundEngineKeepsItsPromises(unit: AtlasUnit) throws {
        let result = try unit.explore()
        #expect(result.schedules > 20 && result.worlds <= result.schedules)
        for finding in result.findings {
            Issue.record("\(finding.breach) \(finding.schedules): \(finding.first.ending): \(finding.outcome)")
        }
    }

    @Test(
        "N6: a second crash, with records that arrive before and after, breaks no promise",
        arguments: units(.sound, seededStates: 0))
    func aSecondCrashKeepsThePromisesToo(unit: AtlasUnit) throws {
        var unit = unit
        (unit.depth, unit.secondCrashes) = (2, 3)
        let result = try unit.explore()
        for finding in result.findings {
            Issue.record("\(finding.breach) \(finding.schedules): \(finding.first.ending): \(finding.outcome)")
        }
    }

    @Test("N6: a third crash is tried for a bounded choice") func threeCrashes() throws {
        let unit = AtlasUnit(
            strategy: .direct, sink: .append, fidelity: .sound, shape: Hunter.shape, seed: 1, arrivals: 8, depth: 3,
            secondCrashes: 3, seededStates: 0)
        let result = try unit.explore()
        #expect(result.findings.isEmpty, "\(result.findings)")
        var two = unit
        two.depth = 2
        #expect(try two.explore().schedules < result.schedules)
    }

    /// What the live Spark was seen to do, found without being told where to look.
    @Test(arguments: [
        (Strategy.receiverWal, SinkKind.append, 0, Breach.loss, "replay-needs-checkpoint"),
        (.receiverWal, .append, 0, .duplicates, "commit-last-offset"),
        (.receiverWal, .append, 0, .loss, "no-log-sync"),
        (.receiverWal, .append, 0, .stuck, "no-log-sync"),
        (.direct, .append, 0, .duplicates, "rerun-last-batch"),
        (.direct, .batchKeyed, 8, .loss, "the strategy"),
    ])
    func itFindsWhatSparkDoes(
        strategy: Strategy, sink: SinkKind, arrivals: Int, breach: Breach, cause: String
    ) throws {
        let unit = try #require(
            Self.units(.spark, seededStates: 4).first {
                $0.strategy == strategy && $0.sink == sink && $0.arrivals == arrivals
            })
        let findings = try unit.explore().findings
        #expect(
            findings.contains { $0.breach == breach && $0.cause == cause }, "\(findings.map { ($0.breach, $0.cause) })")
    }

    @Test func aCrashInTheRecoveryKeepsThePromisesToo() throws {
        let unit = AtlasUnit(
            strategy: .receiverWal, sink: .append, fidelity: .sound, shape: Hunter.shape, seed: 1, depth: 2,
            secondCrashes: 3, seededStates: 1)
        let result = try unit.explore()
        let depthOne = try AtlasUnit(
            strategy: .receiverWal, sink: .append, fidelity: .sound, shape: Hunter.shape, seed: 1, seededStates: 1
        ).explore()
        #expect(result.schedules > depthOne.schedules && result.findings.isEmpty, "\(result.findings)")
    }

    @Test func aUnitComesToTheSameResultEachTime() throws {
        let unit = AtlasUnit(
            strategy: .directLogFirst, sink: .batchKeyed, fidelity: .sound, shape: Hunter.shape, seed: 7)
        let first = try unit.explore()
        #expect(try unit.explore() == first)
        var other = unit
        other.seed = 8
        #expect(try other.explore().traceRoot != first.traceRoot)
    }

    /// The copies of one life must do what lives do that are run from the beginning: every tenth is.
    @Test func aForkDoesWhatARunFromTheBeginningDoes() throws {
        let result = try AtlasUnit(
            strategy: .receiverWal, sink: .transactional, fidelity: .sound, shape: Hunter.shape, seed: 3
        ).explore()
        #expect(result.repeated > 0)
    }
}
