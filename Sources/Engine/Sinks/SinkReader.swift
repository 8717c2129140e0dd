// Reads back what a sink holds, row by row, in memory that does not grow with it.
public import World

/// Reads the rows that a sink left in its folder.
public struct SinkReader {
    private let kind: SinkKind
    private let directory: String
    private let disk: any Disk

    /// Reads the sink of `kind` in `directory`.
    public init(kind: SinkKind, directory: String, disk: any Disk) {
        self.kind = kind
        self.directory = directory
        self.disk = disk
    }

    /// Calls `body` with each row. A sink that was never opened has no rows.
    ///
    /// - Returns: how many rows are there and do not match their checksum.
    /// - Throws: ``DiskError``, or what `body` throws.
    @discardableResult
    public func forEachRow(_ body: (SinkEntry) throws -> Void) throws -> Int {
        var damaged = 0
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
            }
        }
    }
}
