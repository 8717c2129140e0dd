// The engine under power loss: every crash point, with the disk in every state it can be left in.
import Engine
import Testing
import World

@testable import Simulation

@Suite struct PowerLossEverywhereTests {
    /// What promises that no record is lost. Batch-keyed output of plans that drift is another matter: it trusts that
    /// the same batch means the same records.
    static let pairs = Strategy.allCases.filter(\.promisesNoLoss).flatMap { strategy in
        SinkKind.allCases.filter(strategy.canWrite).map { (strategy, $0) }
    }

    static func outcomes() -> [PowerLoss] {
        [.allKept, .allLost, .namesLost] + [1, 40, 44, 45, 100, 300].map { .cut(bytes: $0) }
            + (0..<4).map { .seeded($0) }
    }

    /// Whatever the device kept, a sound engine loses nothing that it promised, at any point.
    @Test(arguments: pairs)
    func aSoundEngineLosesNothing(strategy: Strategy, sink: SinkKind) throws {
        let shape = LoadShape(
            records: 60, partitions: 2, blockRecords: 5, batchRecords: 20, groupCommitBlocks: 2, checkpointLagTasks: 1,
            chunkRecords: 4)
        let schedule = CrashSchedule(strategy: strategy, sink: sink, shape: shape)
        for point in CrashPoint.all where point.isDeath {
            for occurrence in 1...max(1, schedule.occurrences(of: point) ?? 3) {
                for loss in Self.outcomes() {
                    let run = SimulatedRun(strategy: strategy, sink: sink, shape: shape)
                    guard try run.live(crash: ArmedCrash(point, at: occurrence)) else { break }
                    run.disk.losePower(loss)
                    do {
                        try run.live()
                        let verdict = try run.verdict()
                        #expect(verdict.lost == 0, "\(point)@\(occurrence) \(loss)")
                        #expect(verdict.corrupted == 0, "\(point)@\(occurrence) \(loss)")
                    } catch {
                        Issue.record("\(point)@\(occurrence) \(loss): \(error)")
                    }
                }
            }
        }
    }
}
