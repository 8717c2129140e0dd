// Explores one unit: forks the world at every crash point, in every state of the disk, and lets each fork recover.
internal import Engine
internal import Simulation
internal import World

/// Runs the life of a unit once; every crash is a fork of it.
final class UnitExplorer {
    /// How the lives after a crash went.
    private struct Continuation {
        var outcome: Outcome
        var hash: StableHash
    }

    /// Every so many schedules one is run again from its beginning.
    private static let sampleInterval = 199
    /// Ends an exploration that was to end at the first broken promise.
    private struct Found: Error {}

    private let unit: AtlasUnit
    private let promise: Promise
    private var causes: CauseFinder
    private var result: UnitResult
    private var cells: [CrashPoint: AtlasCell] = [:]
    private var root = StableHash()
    /// Worlds to crash again.
    private var parents: [(world: SimulatedRun, prefix: LivesHash, lives: [Schedule.Life])] = []

    /// How lives went that began with this.
    private var ends: [SimulatedRun.Remains: Continuation] = [:]
    private let stopsAtFirst: Bool

    init(_ unit: AtlasUnit, stopsAtFirst: Bool = false) {
        self.unit = unit
        self.stopsAtFirst = stopsAtFirst
        promise = Promise(of: unit.schedule([]))
        causes = CauseFinder()
        result = UnitResult(unit: unit)
    }

    /// Runs all schedules of the unit.
    ///
    /// - Throws: ``ExplorationError`` when a schedule that is run again does not come to the same hash.
    func explore() throws -> UnitResult {
        do {
            try exploreLives()
        } catch is Found {}
        result.cells = CrashPoint.all.compactMap { cells[$0] }
        result.findings = causes.findings
        result.traceRoot = root.text
        return result
    }

    private func exploreLives() throws {
        let run = unit.schedule([]).makeRun()
        try exploreLife(of: run, after: LivesHash(), lives: [], isLast: unit.depth == 1)
        for depth in stride(from: 2, through: unit.depth, by: 1) {
            let chosen = UnitExplorer.spread(parents, unit.secondCrashes)
            var next = parents
            next.removeAll()
            for parent in chosen {
                parents = []
                try exploreLife(
                    of: parent.world, after: parent.prefix, lives: parent.lives, isLast: depth == unit.depth)
                // No more of them are kept at a time than may be chosen.
                next += UnitExplorer.spread(parents, unit.secondCrashes)
            }
            parents = next
        }
    }

    /// Tries every crash of the life that `run` lives next.
    private func exploreLife(
        of run: SimulatedRun, after prefix: LivesHash, lives: [Schedule.Life], isLast: Bool
    ) throws {
        var known: [SimulatedRun.WorldVersion: Continuation] = [:]
        var problem: (any Error)?
        var outcome = Outcome()
        var whole = prefix
        do {
            try run.explore { [unowned self] point, occurrence in
                guard point.isDeath else { return }
                // Half an effect is undone afterwards, so its versions come up again with other contents.
                let isPassing = point.moment == .torn
                for loss in self.states(of: run, at: point, occurrence) {
                    let life = Schedule.Life(
                        crash: ArmedCrash(point, at: occurrence), powerLoss: loss, arrivals: self.unit.arrivals)
                    let key = run.version(after: loss, isLast: isLast)
                    var prefix = prefix
                    prefix.add(run.trace.hash, end: life)
                    let continuation: Continuation
                    if !isPassing, let same = known[key] {
                        continuation = same
                    } else {
                        continuation = self.goOn(from: run, life, lives: lives, prefix, isLast: isLast)
                        if !isPassing { known[key] = continuation }
                    }
                    do {
                        try self.note(continuation, prefix, lives + [life], at: point)
                    } catch {
                        problem = error
                        throw error
                    }
                }
            }
        } catch {
            if let problem { throw problem }
            outcome.failure = "\(error)"
        }
        guard lives.isEmpty else { return }
        whole.add(run.trace.hash, end: nil)
        do { outcome.take(try run.verdict()) } catch { outcome.failure = outcome.failure ?? "no verdict: \(error)" }
        outcome.traceHash = whole.finish(outcome)
        try count(outcome, lives: [])
    }

    /// The states of the disk to try at a point: the process dies, or the power fails.
    private func states(of run: SimulatedRun, at point: CrashPoint, _ occurrence: Int) -> [PowerLoss?] {
        var states: [PowerLoss?] = [nil, .allKept, .allLost, .namesLost]
        guard run.disk.hasUnsynced else { return states }
        var random = SeededRandom(
            seed: unit.seed &+ UInt64(point.effect.index) << 40 &+ UInt64(occurrence) << 8
                &+ UInt64(point.moment == .before ? 0 : point.moment == .after ? 1 : 2))
        states += run.disk.tears(seeded: unit.seededStates, using: &random).map { .cut(bytes: $0) }
        states += (0..<unit.seededStates).map { _ in .seeded(UInt64.random(in: 0..<1 << 20, using: &random)) }
        return states
    }

    private func goOn(
        from run: SimulatedRun, _ life: Schedule.Life, lives: [Schedule.Life], _ prefix: LivesHash, isLast: Bool
    ) -> Continuation {
        let schedule = unit.schedule(lives + [life])
        let world = run.fork()
        schedule.end(life, of: world)
        if !isLast { parents.append((world.fork(), prefix, lives + [life])) }
        // What no power loss follows is told by what the next process finds alone.
        let remains = isLast ? world.remains : nil
        if let remains, let same = ends[remains] { return same }
        result.worlds += 1
        var outcome = Outcome()
        if case .failed(let failure) = world.live(until: nil) { outcome.failure = failure }
        do {
            outcome.take(try world.verdict())
        } catch {
            outcome.failure = outcome.failure ?? "no verdict: \(error)"
        }
        let continuation = Continuation(outcome: outcome, hash: world.trace.hash)
        if let remains { ends[remains] = continuation }
        return continuation
    }

    private func note(
        _ continuation: Continuation, _ prefix: LivesHash, _ lives: [Schedule.Life], at point: CrashPoint
    ) throws {
        var hash = prefix
        hash.add(continuation.hash, end: nil)
        var outcome = continuation.outcome
        outcome.traceHash = hash.finish(outcome)
        try count(outcome, lives: lives)
        var cell = cells[point] ?? AtlasCell(point: point.description)
        cell.schedules += 1
        let ending = { lives.map(\.description).joined(separator: "; then ") }
        if outcome.duplicates > cell.duplicates.records {
            cell.duplicates = .init(records: outcome.duplicates, ending: ending())
        }
        if outcome.lost > cell.lost.records { cell.lost = .init(records: outcome.lost, ending: ending()) }
        cells[point] = cell
        if result.schedules % UnitExplorer.sampleInterval == 0 {
            let again = unit.schedule(lives).run()
            guard again == outcome else {
                throw ExplorationError(
                    .notRepeatable, "a schedule that was run twice came to \(outcome.traceHash) and \(again.traceHash)",
                    location: "\(unit.name), \(ending())")
            }
            result.repeated += 1
        }
    }

    private func count(_ outcome: Outcome, lives: [Schedule.Life]) throws {
        result.schedules += 1
        root.add(outcome.traceHash)
        if let breach = promise.breach(by: outcome, of: lives) {
            causes.note(breach, outcome, unit.schedule(lives))
            if stopsAtFirst { throw Found() }
        }
    }

    /// At most `count` of the elements, evenly spread.
    private static func spread<Element>(_ elements: [Element], _ count: Int) -> [Element] {
        guard elements.count > count, count > 0 else { return elements }
        return (0..<count).map { elements[$0 * elements.count / count] }
    }
}

extension AtlasUnit {
    /// Runs all schedules of the unit.
    ///
    /// - Throws: ``ExplorationError`` when a schedule that is run again does not come to the same hash.
    public func explore() throws -> UnitResult { try UnitExplorer(self).explore() }

    /// Runs schedules of the unit up to the first that breaks a promise.
    ///
    /// - Throws: as ``explore()``.
    public func exploreToFirst() throws -> UnitResult { try UnitExplorer(self, stopsAtFirst: true).explore() }
}
