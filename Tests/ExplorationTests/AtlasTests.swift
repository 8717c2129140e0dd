// The atlas: every crash of a small load.
import Engine
import Testing
import World

@testable import Exploration

@Suite struct AtlasTests {
    static let shape = LoadShape(
        records: 24, partitions: 2, blockRecords: 4, batchRecords: 8, groupCommitBlocks: 1, checkpointLagTasks: 1,
        chunkRecords: 4)

    static func units(_ fidelity: Fidelity) -> [AtlasUnit] {
        AtlasUnit.all(
            strategies: Strategy.allCases, sinks: SinkKind.allCases,
            template: AtlasUnit(strategy: .raw, sink: .append, fidelity: fidelity, shape: shape, seed: 1))
    }

    @Test(arguments: units(.sound))
    func aSoundEngineKeepsItsPromises(unit: AtlasUnit) throws {
        let result = try unit.explore()
        print(unit.name, result.schedules, result.worlds, result.repeated)
        #expect(result.schedules > 50)
        for finding in result.findings {
            Issue.record("\(finding.breach) \(finding.schedules): \(finding.first.ending): \(finding.outcome)")
        }
    }
}
