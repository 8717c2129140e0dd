// The trace of a life: everything it did to the world, as one hash and, where wanted, as a list.
public import World

/// One thing that a life did.
public enum TraceEvent: Hashable, Sendable {
    /// A crash point was passed, for this time.
    case point(CrashPoint, occurrence: Int)
    /// Bytes were written.
    case write(path: String, offset: Int64, bytes: [UInt8])
    /// A file was synced.
    case sync(path: String)
    /// A file was cut or extended.
    case truncate(path: String, length: Int64)
    /// A file was made.
    case create(path: String)
    /// A file got another name.
    case rename(path: String, newPath: String)
    /// A file got a further name.
    case link(path: String, newPath: String)
    /// A file was removed.
    case remove(path: String)
    /// A folder was synced.
    case syncDirectory(path: String)
    /// Records were fetched.
    case fetch(partition: Partition, from: Offset, count: Int)
    /// The offset of a group was committed.
    case commit(group: String, partition: Partition, next: Offset)
    /// A database transaction became durable, with so many rows.
    case transaction(path: String, rows: Int, bytes: [UInt8])
}

/// Takes note of what a life does. The hash covers every byte written, so equal hashes mean equal lives.
public final class Trace {
    // Nothing is called from within an access to it, and it is accessed at every effect.
    /// The hash of the life so far.
    @exclusivity(unchecked) public internal(set) var hash = StableHash()
    /// The life so far, where it is recorded.
    public private(set) var events: [TraceEvent] = []
    /// Whether events are kept.
    @exclusivity(unchecked) public var isRecording = false

    /// A trace of nothing.
    public init() {}

    /// A new life begins.
    func begin() {
        hash = StableHash()
        events = []
    }

    func note(_ kind: UInt64, _ path: String, _ event: @autoclosure () -> TraceEvent) {
        note(kind, path, 0, event())
    }

    func note(_ kind: UInt64, _ path: String, _ number: Int64, _ event: @autoclosure () -> TraceEvent) {
        hash.add(kind)
        hash.add(path)
        hash.add(UInt64(bitPattern: number))
        if isRecording { events.append(event()) }
    }

    func add(_ bytes: UnsafeRawBufferPointer) { hash.add(bytes) }

    func note(_ point: CrashPoint, occurrence: Int) {
        hash.add(UInt64(point.effect.index) << 32 | UInt64(occurrence))
        hash.add(UInt64(CrashPoint.Moment.allCases.firstIndex(of: point.moment) ?? 0))
        if isRecording { events.append(.point(point, occurrence: occurrence)) }
    }
}
