// Crash points: the named places at which a run can be made to die, and the switch that arms one.
internal import Synchronization

/// A place in the engine: just before an effect, just after it, or in the middle of its bytes.
public struct CrashPoint: Hashable, Sendable, CustomStringConvertible {
    /// On which side of the effect.
    public enum Moment: String, CaseIterable, Sendable {
        /// The effect has not happened.
        case before
        /// Part of the effect's bytes (or, for a commit of several partitions, part of the partitions) are there.
        case torn
        /// The effect has happened.
        case after
    }

    /// The effect the point lies beside.
    public var effect: Effect
    /// On which side.
    public var moment: Moment

    /// Makes a crash point.
    public init(_ effect: Effect, _ moment: Moment) {
        self.effect = effect
        self.moment = moment
    }

    /// Every crash point there is, in the catalogue's order.
    public static let all: [CrashPoint] = Effect.allCases.flatMap { effect in
        Moment.allCases.filter { $0 != .torn || effect.canTear }.map { CrashPoint(effect, $0) }
    }

    /// Finds the point called `name`, such as `receiver.offsets.commit.before`; nil when there is none.
    public init?(named name: String) {
        guard let dot = name.lastIndex(of: "."), let effect = Effect(named: String(name[..<dot])),
            let moment = Moment(rawValue: String(name[name.index(after: dot)...])), moment != .torn || effect.canTear
        else { return nil }
        self.init(effect, moment)
    }

    /// The point's name.
    public var description: String { "\(effect.name).\(moment.rawValue)" }
}

/// A crash point together with the occurrence, from 1, at which to crash: `NAME@OCCURRENCE`.
public struct ArmedCrash: Hashable, Sendable, CustomStringConvertible {
    /// The point.
    public var point: CrashPoint
    /// Which time the point is reached, from 1.
    public var occurrence: Int

    /// Makes an armed crash; `occurrence` is at least 1.
    public init(_ point: CrashPoint, at occurrence: Int) {
        precondition(occurrence >= 1, "occurrences are counted from 1")
        self.point = point
        self.occurrence = occurrence
    }

    /// Reads `NAME@OCCURRENCE`, or `NAME` for the first occurrence; nil when it is neither.
    public init?(parsing text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let point = CrashPoint(named: String(first)) else { return nil }
        guard parts.count == 2 else {
            self.init(point, at: 1)
            return
        }
        guard let occurrence = Int(parts[1]), occurrence >= 1 else { return nil }
        self.init(point, at: occurrence)
    }

    /// `NAME@OCCURRENCE`.
    public var description: String { "\(point)@\(occurrence)" }
}

/// The crash seam: the engine calls it on both sides of every effect; in production it is one predictable branch.
///
/// Tasks may run at once, so occurrences are counted under a lock; everything else is constant, which is why the switch
/// may be shared between threads.
public final class CrashSwitch: @unchecked Sendable {
    /// What happens at a watched point: in a worker process SIGKILL, in a simulated world a throw or nothing.
    public typealias Action = (CrashPoint, _ occurrence: Int) throws -> Void

    @usableFromInline let watched: UInt64
    private let armed: ArmedCrash?
    private let action: Action
    private let occurrences: Mutex<[Int]>

    /// A switch that never fires.
    public init() {
        watched = 0
        armed = nil
        action = { _, _ in }
        occurrences = Mutex([])
    }

    /// A switch that calls `action` when the armed point is reached for the armed time.
    public init(armed: ArmedCrash, action: @escaping Action) {
        watched = 1 << UInt64(armed.point.effect.index)
        self.armed = armed
        self.action = action
        occurrences = Mutex(CrashSwitch.noOccurrences)
    }

    /// A switch that calls `action` at every point, every time: for simulation and for traces.
    public init(observing action: @escaping Action) {
        watched = ~0
        armed = nil
        self.action = action
        occurrences = Mutex(CrashSwitch.noOccurrences)
    }

    /// The engine is about to cause `effect`.
    ///
    /// - Throws: what the action throws.
    @inlinable
    public func before(_ effect: Effect) throws {
        if watched == 0 { return }
        try reach(effect, .before)
    }

    /// The engine has caused `effect`.
    ///
    /// - Throws: what the action throws.
    @inlinable
    public func after(_ effect: Effect) throws {
        if watched == 0 { return }
        try reach(effect, .after)
    }

    /// Asks how much of an effect of `length` bytes to write before ``torn(_:)`` is called; nil: write all of it.
    @inlinable
    public func tear(_ effect: Effect, length: Int) -> Int? {
        if watched == 0 { return nil }
        return tearLength(effect, length)
    }

    /// The engine has written the part of `effect` that ``tear(_:length:)`` asked for.
    ///
    /// - Throws: what the action throws.
    public func torn(_ effect: Effect) throws {
        let slot = slot(effect, .torn)
        try action(CrashPoint(effect, .torn), occurrences.withLock { $0[slot] })
    }

    @usableFromInline
    func reach(_ effect: Effect, _ moment: CrashPoint.Moment) throws {
        guard watched & (1 << UInt64(effect.index)) != 0 else { return }
        let occurrence = count(slot(effect, moment))
        let point = CrashPoint(effect, moment)
        if let armed {
            guard armed.point == point, armed.occurrence == occurrence else { return }
        }
        try action(point, occurrence)
    }

    @usableFromInline
    func tearLength(_ effect: Effect, _ length: Int) -> Int? {
        guard watched & (1 << UInt64(effect.index)) != 0 else { return nil }
        let occurrence = count(slot(effect, .torn))
        guard let armed, armed.point == CrashPoint(effect, .torn), armed.occurrence == occurrence else { return nil }
        return length / 2
    }

    private static let noOccurrences = [Int](
        repeating: 0, count: Effect.allCases.count * CrashPoint.Moment.allCases.count)

    /// Notes that a point was reached; returns how often it has been.
    private func count(_ slot: Int) -> Int {
        occurrences.withLock {
            $0[slot] += 1
            return $0[slot]
        }
    }

    private func slot(_ effect: Effect, _ moment: CrashPoint.Moment) -> Int {
        let place =
            switch moment {
            case .before: 0
            case .torn: 1
            case .after: 2
            }
        return effect.index * CrashPoint.Moment.allCases.count + place
    }
}
