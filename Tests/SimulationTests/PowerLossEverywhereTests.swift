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

    static let outcomes: [PowerLoss] =
        [.allKept, .allLost, .namesLost] + [1, 40, 44, 45, 100, 300].map { .cut(bytes: $0) }
        + (0..<4).map { .seeded($0) }

    /// A run at a place where the power fails, and what the place is called.
    typealias Place = (name: String, run: SimulatedRun)

    /// Every crash point of a run's first life, one for each state of the world.
    static func places(_ strategy: Strategy, _ sink: SinkKind, _ shape: LoadShape) throws -> [Place] {
        var places: [Place] = []
        let run = SimulatedRun(strategy: strategy, sink: sink, shape: shape)
        try run.trace { point in
            // Most points lie behind one effect and before the next: nothing has changed in between.
            if let last = places.last?.run, last.disk.image.changes == run.disk.image.changes,
                last.remains == run.remains
            {
                return
            }
            places.append(("\(point), number \(places.count)", run.fork()))
        }
        let schedule = CrashSchedule(strategy: strategy, sink: sink, shape: shape)
        // A life that is not to die there does not pass these.
        for point in CrashPoint.all where point.moment == .torn {
            for occurrence in 0..<(schedule.occurrences(of: point) ?? 0) {
                let crash = ArmedCrash(point, at: occurrence + 1)
                let run = SimulatedRun(strategy: strategy, sink: sink, shape: shape)
                #expect(try run.live(crash: crash), "\(crash)")
                places.append((crash.description, run))
            }
        }
        return places
    }

    /// Whatever the device kept, a sound engine loses nothing that it promised, at any point.
    @Test(arguments: pairs)
    func aSoundEngineLosesNothing(strategy: Strategy, sink: SinkKind) throws {
        let shape = LoadShape(
            records: 60, partitions: 2, blockRecords: 5, batchRecords: 20, groupCommitBlocks: 2, checkpointLagTasks: 1,
            chunkRecords: 4)
        var seen: Set<SimulatedRun.Remains> = []
        for (name, before) in try Self.places(strategy, sink, shape) {
            for loss in Self.outcomes {
                let run = before.fork()
                run.disk.losePower(loss)
                guard seen.insert(run.remains).inserted else { continue }
                do {
                    try run.live()
                    let verdict = try run.verdict()
                    #expect(verdict.lost == 0 && verdict.corrupted == 0, "\(name) \(loss): \(verdict)")
                } catch {
                    Issue.record("\(name) \(loss): \(error)")
                }
            }
        }
        print("SEEN", strategy, sink, seen.count)
    }
}
