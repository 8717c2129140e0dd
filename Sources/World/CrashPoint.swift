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
        /// The task fails there and is run again: what is armed is a failure, not a death. A read has not happened then, a
        /// write has.
        case fails
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
        Moment.allCases.filter { $0.isPossible(at: effect) }.map { CrashPoint(effect, $0) }
    }

    /// Whether the process dies at this point; at the others a task fails and the process lives on.
    public var isDeath: Bool { moment != .fails }

    /// Finds the point called `name`, such as `receiver.offsets.commit.before`; nil when there is none.
    public init?(named name: String) {
        guard let dot = name.lastIndex(of: "."), let effect = Effect(named: String(name[..<dot])),
            let moment = Moment(rawValue: String(name[name.index(after: dot)...])), moment.isPossible(at: effect)
        else { return nil }
        self.init(effect, moment)
    }

    /// The point's name.
    public var description: String { "\(effect.name).\(moment.rawValue)" }
}

extension CrashPoint.Moment {
    /// Whether an effect has this point.
    func isPossible(at effect: Effect) -> Bool {
        switch self {
        case .before, .after: true
        case .torn: effect.canTear
        case .fails: effect.canFail
        }
    }
}

/// A task failed in a way that may not happen again: it is to be run once more.
public struct TaskFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// Where it failed.
    public var point: CrashPoint

    /// Makes a failure.
    public init(at point: CrashPoint) { self.point = point }

    /// In words.
    public var description: String { "the task failed at \(point)" }
}

/// A crash point together with the occurrence, from 1, at which to crash: `NAME@OCCURRENCE`. A failure may strike several
/// times in a row, `NAME@OCCURRENCExTIMES`, and then each attempt of the task fails.
public struct ArmedCrash: Hashable, Sendable, CustomStringConvertible {
    /// The point.
    public var point: CrashPoint
    /// Which time the point is reached, from 1.
    public var occurrence: Int
    /// For a failure: at how many occurrences in a row it strikes, at least 1.
    public var times: Int

    /// Makes an armed crash; `occurrence` and `times` are at least 1.
    public init(_ point: CrashPoint, at occurrence: Int, times: Int = 1) {
        precondition(occurrence >= 1 && times >= 1, "occurrences are counted from 1")
        self.point = point
        self.occurrence = occurrence
        self.times = times
    }

    /// Whether it strikes when its point is reached for this time.
    func strikes(at reached: Int) -> Bool { reached >= occurrence && reached - occurrence < times }

    /// Reads `NAME@OCCURRENCE`, `NAME@OCCURRENCExTIMES` for a failure, or `NAME` for the first occurrence; nil when it is
    /// none of them.
    public init?(parsing text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let point = CrashPoint(named: String(first)) else { return nil }
        guard parts.count == 2 else {
            self.init(point, at: 1)
            return
        }
        let numbers = parts[1].split(separator: "x", maxSplits: 1, omittingEmptySubsequences: false).map {
            Int($0) ?? 0
        }
        guard numbers.allSatisfy({ $0 >= 1 }), numbers.count == 1 || point.moment == .fails else { return nil }
        self.init(point, at: numbers[0], times: numbers.count == 2 ? numbers[1] : 1)
    }

    /// `NAME@OCCURRENCE`, and how many times if more than once.
    public var description: String { "\(point)@\(occurrence)" + (times > 1 ? "x\(times)" : "") }
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
    private let willTear: ((CrashPoint) -> Void)?
    private let occurrences: Mutex<[Int]>

    /// A switch that never fires.
    public init() {
        watched = 0
        armed = nil
        action = { _, _ in }
        willTear = nil
        occurrences = Mutex([])
    }

    /// A switch that calls `action` when the armed point is reached for the armed time.
    public init(armed: ArmedCrash, action: @escaping Action) {
        watched = 1 << UInt64(armed.point.effect.index)
        self.armed = armed
        self.action = action
        willTear = nil
        occurrences = Mutex(CrashSwitch.noOccurrences)
    }

    /// A switch that calls `action` at every point, every time: for simulation and for traces. At torn points only with
    /// `willTear`, which is called before the part is written; the whole effect follows after `action`, over the part.
    public init(observing action: @escaping Action, willTear: ((CrashPoint) -> Void)? = nil) {
        watched = ~0
        armed = nil
        self.action = action
        self.willTear = willTear
        occurrences = Mutex(CrashSwitch.noOccurrences)
    }

    /// Whether any point is armed or observed: then what points say of files has to be so when they are reached.
    public var isWatching: Bool { watched != 0 }

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

    /// The task is at the place where `effect` fails.
    ///
    /// - Throws: what the action throws, which is to be a ``TaskFailure``.
    @inlinable
    public func fail(_ effect: Effect) throws {
        if watched == 0 { return }
        try reach(effect, .fails)
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
            guard armed.point == point, armed.strikes(at: occurrence) else { return }
        }
        try action(point, occurrence)
    }

    @usableFromInline
    func tearLength(_ effect: Effect, _ length: Int) -> Int? {
        guard watched & (1 << UInt64(effect.index)) != 0 else { return nil }
        let occurrence = count(slot(effect, .torn))
        if let willTear {
            willTear(CrashPoint(effect, .torn))
            return length / 2
        }
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
            case .fails: 3
            }
        return effect.index * CrashPoint.Moment.allCases.count + place
    }
}
