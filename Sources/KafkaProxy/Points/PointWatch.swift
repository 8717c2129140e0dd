// Counts the frames at each point, and says which one something is to be done to.

/// The counts of a run, and what is armed.
package struct PointWatch: Sendable {
    private struct Armed {
        var trigger: WireTrigger
        var action: WireAction
        var seen = 0
    }

    /// How many frames each point has seen.
    package private(set) var census: [WirePoint: Int] = [:]
    private var armed: [Armed] = []

    package init() {}

    /// Whether anything may happen yet.
    package var isArmed: Bool { !armed.isEmpty }
    /// Whether frames of this request have to be read for somebody's filter.
    func wantsPlaces(of key: Int16) -> Bool {
        armed.contains { $0.trigger.point.key == key && $0.trigger.wantsPlaces }
    }

    /// Waits for a frame; its occurrences are counted from now on.
    package mutating func arm(_ trigger: WireTrigger, _ action: WireAction) {
        armed.append(Armed(trigger: trigger, action: action))
    }

    /// How many frames each of those that are still waited for has seen.
    package var seen: [WireTrigger: Int] {
        armed.reduce(into: [:]) { $0[$1.trigger] = $1.seen }
    }

    /// Waits for nothing any more; the counts stay.
    package mutating func disarm() { armed = [] }

    /// Counts a frame.
    ///
    /// - Returns: What is to be done to it. Each trigger fires once; of several that fire at once, the first that was
    /// armed.
    package mutating func pass(
        _ point: WirePoint, clientId: String?, places: @autoclosure () -> [WirePlace]
    ) -> (trigger: WireTrigger, action: WireAction)? {
        census[point, default: 0] += 1
        guard !armed.isEmpty else { return nil }
        let places = wantsPlaces(of: point.key) ? places() : []
        var fired: [Int] = []
        for index in armed.indices where armed[index].trigger.matches(point, clientId: clientId, places: places) {
            armed[index].seen += 1
            if armed[index].seen == armed[index].trigger.occurrence { fired.append(index) }
        }
        guard let first = fired.first else { return nil }
        let result = (armed[first].trigger, armed[first].action)
        for index in fired.reversed() { armed.remove(at: index) }
        return result
    }
}
