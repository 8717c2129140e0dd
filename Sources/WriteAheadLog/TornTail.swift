// Damages a log on purpose, for runs that ask what a restart makes of it.
public import World

extension WriteAheadLog {
    /// Cuts the last complete frame of the log in `directory` in half, together with whatever lies behind it, as a disk does
    /// that loses its newest bytes although they were synced.
    ///
    /// - Returns: Whether there was a frame.
    /// - Throws: ``LogError``, also for a log that is damaged already; `DiskError`.
    public static func tearLastFrame(disk: any Disk, directory: String, framing: Framing = .checked) throws -> Bool {
        guard disk.exists(directory) else { return false }
        var last: Position?
        let (log, _) = try open(
            disk: disk, directory: directory, options: Options(framing: framing),
            scan: .allFrames { _, position, _ in last = position })
        log.close()
        guard let last else { return false }
        let file = try disk.open("\(directory)/\(SegmentHeader(firstSequence: last.segment).fileName)", .update)
        defer { file.close() }
        try file.truncate(to: last.offset + last.length / 2)
        return true
    }
}
