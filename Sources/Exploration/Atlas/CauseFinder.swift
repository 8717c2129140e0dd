// Finds out which deviation breaks a promise: the one without which it is kept.
internal import Engine
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

    private static func cause(of breach: Breach, in schedule: Schedule) -> String {
        func isBroken(with deviations: [Fidelity.Deviation]) -> Bool {
            var other = schedule
            other.fidelity = Fidelity(deviations)
            let promise = Promise(of: schedule)
            return promise.breach(by: other.run(), of: other.lives) != nil
        }
        let deviations = schedule.fidelity.deviations
        if deviations.isEmpty { return schedule.bug?.rawValue ?? "the strategy" }
        let healing = deviations.filter { deviation in !isBroken(with: deviations.filter { $0 != deviation }) }
        if let first = healing.first {
            return healing.count == 1 ? first.rawValue : healing.map(\.rawValue).joined(separator: "+")
        }
        return isBroken(with: []) ? "the strategy" : "several"
    }
}
