// Finds out which deviation breaks a promise: the smallest set that does it alone.
internal import Engine
internal import Ingestion
internal import World

/// Sorts broken promises by what breaks them. Schedules of one breach that look alike are taken to have one cause, and
/// only the first of them is asked.
struct CauseFinder {
    private struct Look: Hashable {
        let breach: Breach
        let points: [String]
        let isPowerLoss: Bool
    }

    private var known: [Look: String] = [:]
    private(set) var findings: [Finding] = []

    mutating func note(_ breach: Breach, _ outcome: Outcome, _ schedule: Schedule) {
        let look = Look(
            breach: breach, points: schedule.lives.map { $0.crash?.point.description ?? "" },
            isPowerLoss: schedule.lives.contains { $0.powerLoss != nil })
        let cause = known[look] ?? CauseFinder.cause(of: breach, in: schedule)
        known[look] = cause
        if let index = findings.firstIndex(where: { $0.breach == breach && $0.cause == cause }) {
            findings[index].schedules += 1
        } else {
            findings.append(
                Finding(breach: breach, cause: cause, schedules: 1, first: schedule, outcome: outcome))
        }
    }

    /// The smallest set of the schedule's deviations that breaks the promise in the same way, of those with one or two.
    private static func cause(of breach: Breach, in schedule: Schedule) -> String {
        let promise = Promise(of: schedule)
        func isBroken(by deviations: [Fidelity.Deviation]) -> Bool {
            var other = schedule
            other.fidelity = Fidelity(deviations)
            return promise.breach(by: other.run(), of: other.lives) == breach
        }
        if let bug = schedule.bug { return bug.rawValue }
        if isBroken(by: []) { return "the strategy" }
        let deviations = schedule.fidelity.deviations
        if let one = deviations.first(where: { isBroken(by: [$0]) }) { return one.rawValue }
        for (place, first) in deviations.enumerated() {
            for second in deviations[(place + 1)...] where isBroken(by: [first, second]) {
                return "\(first.rawValue) with \(second.rawValue)"
            }
        }
        return "more than two deviations"
    }
}
