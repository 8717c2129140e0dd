// Planted bugs: each is found where it can be seen, and only with it switched on.
import Ingestion
import Engine
import Testing

@testable import Exploration

@Suite struct PlantedBugTests {
    @Test func thereAreAtLeastTwentyFive() {
        #expect(PlantedBug.allCases.count >= 25)
        #expect(Set(PlantedBug.allCases.map(\.rawValue)).count == PlantedBug.allCases.count)
    }

    /// One of each family; `kbench mutants` hunts them all.
    @Test(arguments: [
        (PlantedBug.blockLogNeverSynced, Strategy.receiverWal, SinkKind.append, Breach.stuck),
        (.sinkNeverSynced, .receiverWal, .append, .loss),
        (.copiesInsteadOfRenaming, .direct, .append, .stuck),
        (.staleCheckpoint, .receiverWal, .append, .duplicates),
        (.commitBeforeLog, .receiverWal, .append, .loss),
        (.rangeEndOffByOne, .direct, .append, .loss),
        (.lastOffsetCommitted, .receiverReliable, .append, .duplicates),
        (.partitionsShareSlots, .direct, .offsetKeyed, .loss),
        (.offsetsInTransactionOfTheirOwn, .directTransactional, .transactional, .duplicates),
    ])
    func aBugIsFound(bug: PlantedBug, strategy: Strategy, sink: SinkKind, breach: Breach) throws {
        var unit = AtlasUnit(strategy: strategy, sink: sink, fidelity: .sound, shape: Hunter.shape, seed: 1, bug: bug)
        let finding = try #require(try unit.exploreToFirst().findings.first)
        #expect(finding.breach == breach && finding.cause == bug.rawValue)
        var same = finding.first
        same.bug = nil
        #expect(same.check() == nil, "without the bug: \(same.summary)")
        unit.bug = nil
        #expect(try unit.exploreToFirst().findings.isEmpty)
    }
}
