// What a disk has been asked to do so far, counted cheaply enough for every write.
internal import Synchronization

/// How much a ``PosixDisk`` has written and synced so far.
public struct DiskCounters: Equatable, Sendable {
    /// The bytes that the system has taken.
    public var bytesWritten: Int64
    /// The write calls to the system; a gather write is one.
    public var writeCalls: Int64
    /// The syncs of files and folders that have succeeded.
    public var syncs: Int64

    /// Makes a snapshot.
    public init(bytesWritten: Int64 = 0, writeCalls: Int64 = 0, syncs: Int64 = 0) {
        self.bytesWritten = bytesWritten
        self.writeCalls = writeCalls
        self.syncs = syncs
    }

    /// What happened between two snapshots.
    public static func - (later: DiskCounters, earlier: DiskCounters) -> DiskCounters {
        DiskCounters(
            bytesWritten: later.bytesWritten - earlier.bytesWritten,
            writeCalls: later.writeCalls - earlier.writeCalls,
            syncs: later.syncs - earlier.syncs)
    }
}

/// The running counts, shared by a disk and its files on any threads; relaxed, because they order nothing.
final class DiskTally: Sendable {
    private let bytesWritten = Atomic<Int64>(0)
    private let writeCalls = Atomic<Int64>(0)
    private let syncs = Atomic<Int64>(0)

    func wrote(_ count: Int) {
        bytesWritten.wrappingAdd(Int64(count), ordering: .relaxed)
        writeCalls.wrappingAdd(1, ordering: .relaxed)
    }

    func synced() { syncs.wrappingAdd(1, ordering: .relaxed) }

    var snapshot: DiskCounters {
        DiskCounters(
            bytesWritten: bytesWritten.load(ordering: .relaxed),
            writeCalls: writeCalls.load(ordering: .relaxed),
            syncs: syncs.load(ordering: .relaxed))
    }
}
