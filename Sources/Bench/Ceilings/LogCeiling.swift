// The write-ahead log on a real disk: what it adds to the bytes and the syncs, and how fast a recovery reads it.
internal import Engine
internal import Harness
internal import Posix
public import Results
internal import World
internal import WriteAheadLog

/// The log, measured by itself.
public enum LogCeiling {
    /// Writes blocks of `blockRecords` records of 200 bytes from `partitions` partitions, in groups that share a sync, and
    /// then reads the log twice, each time with the system's cache emptied of it: its plain bytes, and as a recovery does.
    ///
    /// - Throws: `DiskError`, or the log's own error.
    public static func measure(
        in directory: String, blocks: Int, blockRecords: Int, partitions: Int, groupCommitBlocks: Int
    ) throws -> CeilingsResult.Log {
        let disk = PosixDisk()
        let folder = "\(directory)/log-ceiling"
        defer { try? FileSystem.removeTree(folder) }
        let block = fill(records: blockRecords, partitions: partitions)
        let log = try WriteAheadLog.open(
            disk: disk, directory: folder, options: .init(bypassesCache: true), scan: .lastSegmentOnly
        ).log
        let before = disk.counters
        for number in 1...blocks {
            _ = try block.withBytes { try log.append($0, kind: 1, effect: .receiverWalAppend) }
            if number.isMultiple(of: groupCommitBlocks) || number == blocks {
                try log.sync(effect: .receiverWalSync)
            }
        }
        let used = disk.counters - before
        let bytes = log.bytesWritten
        log.close()
        // Each new segment syncs its header and its name, which are no blocks'.
        let segments = try disk.list(folder).count
        var (plain, scan): ([Double], [Double]) = ([], [])
        for _ in 0..<3 {
            plain.append(Double(bytes) / (try fromDisk(folder, disk) { try read(folder, disk) }))
            scan.append(Double(bytes) / (try fromDisk(folder, disk) { try recover(folder, disk, blocks: blocks) }))
        }
        return CeilingsResult.Log(
            blockRecords: blockRecords, partitions: partitions, groupCommitBlocks: groupCommitBlocks,
            payloadBytes: Int64(blocks * block.payloadByteCount), bytesWritten: bytes, blocks: blocks,
            blockSyncs: Int(used.syncs) - 2 * segments,
            readBytesPerSecond: plain.sorted()[1], scanBytesPerSecond: scan.sorted()[1])
    }

    /// The seconds that `body` takes when the system's cache holds nothing of the folder's files.
    private static func fromDisk(
        _ folder: String, _ disk: PosixDisk, _ body: () throws -> Void
    ) throws -> Double {
        try FileSystem.dropFromCache(folder)
        let clock = MonotonicClock()
        let begin = clock.now()
        try body()
        return Double(clock.now() - begin) / 1e9
    }

    private static func recover(_ folder: String, _ disk: PosixDisk, blocks: Int) throws {
        var found = 0
        try WriteAheadLog.open(disk: disk, directory: folder, scan: .allFrames { _, _, _ in found += 1 }).log.close()
        guard found == blocks else {
            throw Diagnosis(
                cause: "the log gave back \(found) of \(blocks) blocks",
                fix: "this is not expected: please report it with the command", exitCode: .guaranteeBroken)
        }
    }

    private static func read(_ folder: String, _ disk: PosixDisk) throws {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { piece.deallocate() }
        for name in try disk.list(folder) {
            let file = try disk.open("\(folder)/\(name)", .read)
            defer { file.close() }
            var at: Int64 = 0
            while true {
                let count = try file.read(into: piece, at: at)
                if count == 0 { break }
                at += Int64(count)
            }
        }
    }

    private static func fill(records: Int, partitions: Int) -> Block {
        let block = Block()
        let values = CeilingPayload.bytes(records * 200)
        let each = max(1, records / partitions)
        values.withUnsafeBytes { values in
            for record in 0..<records {
                block.append(
                    partition: Partition(record / each), offset: Offset(record % each), key: nil,
                    value: UnsafeRawBufferPointer(rebasing: values[record * 200..<(record + 1) * 200]))
            }
        }
        return block
    }
}
