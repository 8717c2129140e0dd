// The engine under power loss: every crash point, with the disk in every state it can be left in.
import Evidence
import Ingestion
import Judgement
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

    /// The outcomes of a power loss at the place of this number, each place with seeds of its own.
    static func outcomes(at number: Int) -> [PowerLoss] {
        [.allKept, .allLost, .namesLost, .cut(bytes: 40)] + (0..<2).map { .seeded(UInt64(2 * number + $0)) }
    }

    /// A run at a place where the power fails, and what the place is called.
    typealias Place = (name: String, run: SimulatedRun)

    /// Two batches and the beginning of a third.
    static let shape = LoadShape(
        records: 45, partitions: 2, blockRecords: 5, batchRecords: 20, groupCommitBlocks: 2, checkpointLagTasks: 1,
        chunkRecords: 4)

    /// Every crash point of the run's next life, one for each state of the world.
    static func places(in run: SimulatedRun) throws -> [Place] {
        var places: [Place] = []
        try run.trace { point in
            // Most points lie behind one effect and before the next: nothing has changed in between.
            if let last = places.last?.run, last.disk.image.changes == run.disk.image.changes,
                last.remains == run.remains
            {
                return
            }
            places.append(("\(point), place \(places.count)", run.fork()))
        }
        return places
    }

    /// The points of the first life that only a life that dies there passes: what was being written is there in part.
    static func tornPlaces(_ strategy: Strategy, _ sink: SinkKind) throws -> [Place] {
        let schedule = CrashSchedule(strategy: strategy, sink: sink, shape: shape)
        return try CrashPoint.all.filter { $0.moment == .torn }.flatMap { point in
            try (0..<(schedule.occurrences(of: point) ?? 0)).map { occurrence in
                let crash = ArmedCrash(point, at: occurrence + 1)
                let run = SimulatedRun(strategy: strategy, sink: sink, shape: shape)
                let fired = try run.live(crash: crash)
                #expect(fired, "\(crash)")
                return (crash.description, run)
            }
        }
    }

    /// Lets the power fail at a place and a last life go on, unless one has found the same; it must lose nothing.
    private func expectNoLoss(_ place: Place, _ loss: PowerLoss, _ seen: inout Set<SimulatedRun.Remains>) {
        let run = place.run.fork()
        run.disk.losePower(loss)
        guard seen.insert(run.remains).inserted else { return }
        do {
            try run.live()
            let verdict = try run.verdict()
            #expect(verdict.lost == 0 && verdict.corrupted == 0, "\(place.name) \(loss): \(verdict)")
        } catch {
            Issue.record("\(place.name) \(loss): \(error)")
        }
    }

    /// Whatever the device kept, a sound engine loses nothing that it promised, at any point.
    @Test(arguments: pairs)
    func aSoundEngineLosesNothing(strategy: Strategy, sink: SinkKind) throws {
        var seen: Set<SimulatedRun.Remains> = []
        let run = SimulatedRun(strategy: strategy, sink: sink, shape: Self.shape)
        let places = try Self.places(in: run) + Self.tornPlaces(strategy, sink)
        for (number, place) in places.enumerated() {
            for loss in Self.outcomes(at: number) { expectNoLoss(place, loss, &seen) }
        }
    }

    /// Neither does one whose blocks keep batches as they came, and nothing of an aborted transaction ever comes out.
    @Test(arguments: [LoadPattern(), LoadPattern(transactions: .init(records: 4, abortedPercent: 40))])
    func unopenedBatchesLoseNothingEither(pattern: LoadPattern) throws {
        var shape = Self.shape
        shape.pattern = pattern
        var seen: Set<SimulatedRun.Remains> = []
        let run = SimulatedRun(strategy: .receiverWal, sink: .append, shape: shape)
        run.broker.keepsBatches = true
        for (number, place) in try Self.places(in: run).enumerated() {
            for loss in Self.outcomes(at: number) { expectNoLoss(place, loss, &seen) }
        }
        #expect(seen.count > 50)
    }

    /// A kill leaves names and bytes that are not durable; the life after it acts on them, and then the power fails.
    @Test(arguments: pairs)
    func aSoundEngineLosesNothingAfterAKillEither(strategy: Strategy, sink: SinkKind) throws {
        var seen: Set<SimulatedRun.Remains> = []
        let run = SimulatedRun(strategy: strategy, sink: sink, shape: Self.shape)
        for (number, killed) in try Self.places(in: run).enumerated() where !killed.run.disk.isDurable {
            for (turn, place) in try Self.places(in: killed.run.fork()).enumerated() where turn % 5 == number % 5 {
                expectNoLoss(("\(killed.name), then \(place.name)", place.run), .allLost, &seen)
            }
        }
    }
}

extension SimulatedDisk {
    /// Whether a power loss leaves everything as it is.
    fileprivate var isDurable: Bool { unsyncedPaths.isEmpty && image.pending.isEmpty }
}
