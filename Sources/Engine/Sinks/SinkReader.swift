// Reads back what a sink holds, row by row, in memory that does not grow with it.
public import World

/// Reads the rows that a sink left in its folder.
public struct SinkReader {
    private let kind: SinkKind
    private let directory: String
    private let disk: any Disk
    private let openStore: TransactionalStoreOpener?

    /// Reads the sink of `kind` in `directory`; a transactional one through `openStore`.
    public init(kind: SinkKind, directory: String, disk: any Disk, openStore: TransactionalStoreOpener? = nil) {
        self.kind = kind
        self.directory = directory
        self.disk = disk
        self.openStore = openStore
    }

    /// Calls `body` with each row. A sink that was never opened has no rows.
    ///
    /// - Returns: how many rows are there and do not match their checksum.
    /// - Throws: ``DiskError``, ``StoreError``, or what `body` throws.
    @discardableResult
    public func forEachRow(_ body: (SinkEntry) throws -> Void) throws -> Int {
        var damaged = 0
        if kind == .transactional {
            guard disk.exists(directory) else { return 0 }
            let store = try TransactionalSink.openStore(in: directory, with: openStore)
            defer { store.close() }
            try store.forEachEntry { bytes in
                if bytes.count == SinkEntry.byteCount, let entry = SinkEntry.read(bytes) {
                    try body(entry)
                } else {
                    damaged += 1
                }
            }
            return damaged
        }
        for name in try fileNames() {
            let file = try disk.open("\(directory)/\(name)", .read)
            defer { file.close() }
            let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 8192 * SinkEntry.byteCount, alignment: 16)
            defer { piece.deallocate() }
            var at: Int64 = 0
            while true {
                let count = try file.read(into: piece, at: at)
                let rows = count / SinkEntry.byteCount
                if rows == 0 { break }
                for row in 0..<rows {
                    let start = row * SinkEntry.byteCount
                    let bytes = UnsafeRawBufferPointer(rebasing: piece[start..<start + SinkEntry.byteCount])
                    if let entry = SinkEntry.read(bytes) {
                        try body(entry)
                    } else if bytes.contains(where: { $0 != 0 }) {
                        damaged += 1
                    }
                }
                at += Int64(rows * SinkEntry.byteCount)
            }
        }
        return damaged
    }

    private func fileNames() throws -> [String] {
        guard disk.exists(directory) else { return [] }
        return try disk.list(directory).filter { name in
            switch kind {
            case .append: AppendSink.owns(name)
            case .batchKeyed: name.hasPrefix("batch-") && name.hasSuffix(BatchKeyedSink.suffix)
            case .offsetKeyed: name.hasPrefix("partition-") && name.hasSuffix(".slots")
            case .transactional, .counting: false
            }
        }
    }
}
