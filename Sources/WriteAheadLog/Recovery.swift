// Opens a log: finds out what is there, cuts off what a crash left half-written, and goes on from there.
internal import Compression
public import World

extension WriteAheadLog {
    /// How much of a log is read when it is opened.
    public enum Scan {
        /// All of it; every complete frame is given to the closure in order, its payload valid during the call. What
        /// the closure was given is durable once `open` has returned, not before.
        case allFrames((_ kind: UInt8, Position, _ payload: UnsafeRawBufferPointer) throws -> Void)
        /// Only where it ends; older segments are neither read nor verified.
        case lastSegmentOnly
        /// The same, and what is read of it is given to the closure.
        case lastSegment((_ kind: UInt8, Position, _ payload: UnsafeRawBufferPointer) throws -> Void)

        fileprivate var replay: ((_ kind: UInt8, Position, _ payload: UnsafeRawBufferPointer) throws -> Void)? {
            switch self {
            case .allFrames(let replay), .lastSegment(let replay): replay
            case .lastSegmentOnly: nil
            }
        }
    }

    /// Opens the log in `directory`, which is made when absent, and recovers it from whatever crash ended its last use.
    ///
    /// - Throws: ``LogError`` for a log with damage, or what the scan's closure throws.
    public static func open(
        disk: any Disk, directory: String, options: Options = Options(), scan: Scan
    ) throws -> (log: WriteAheadLog, report: RecoveryReport) {
        do {
            var recovery = Recovery(disk: disk, directory: directory, crash: options.crash, framing: options.framing)
            return try recovery.open(options: options, scan: scan)
        } catch let error as DiskError {
            throw LogError(
                .disk, "the log cannot be opened", cause: error, location: .init(path: directory, byteOffset: 0))
        }
    }

    /// How the log in `directory` is written, as its first segment says; `checked` where none says anything.
    ///
    /// - Throws: `DiskError`.
    public static func framing(disk: any Disk, directory: String) throws -> Framing {
        guard disk.exists(directory),
            let first = try disk.list(directory).first(where: { SegmentHeader(fileName: $0) != nil }),
            let header = SegmentHeader(fileName: first, framing: .plain)
        else { return .checked }
        let file = try disk.open("\(directory)/\(first)", .read)
        defer { file.close() }
        var bytes = [UInt8](repeating: 0, count: SegmentHeader.length)
        _ = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        return bytes == header.bytes ? .plain : .checked
    }

    /// Calls `body` with every complete frame of the log in `directory`, or of its last segment alone, in order, and
    /// changes nothing: for a look at a log that somebody else may be writing. A log that is not there has no frames.
    ///
    /// - Throws: ``LogError`` for a log with damage, or what `body` throws.
    public static func inspect(
        disk: any Disk, directory: String, lastSegmentOnly: Bool = false,
        _ body: (_ kind: UInt8, Position, _ payload: UnsafeRawBufferPointer) throws -> Void
    ) throws {
        do {
            var recovery = Recovery(
                disk: disk, directory: directory, crash: CrashSwitch(),
                framing: try framing(disk: disk, directory: directory))
            if disk.exists(directory) { try recovery.inspect(lastSegmentOnly: lastSegmentOnly, body) }
        } catch let error as DiskError {
            throw LogError(
                .disk, "the log cannot be read", cause: error, location: .init(path: directory, byteOffset: 0))
        }
    }
}

private struct Recovery {
    let disk: any Disk
    let directory: String
    let crash: CrashSwitch
    let framing: WriteAheadLog.Framing
    let memory = ScratchBuffer()
    let decompressor = Decompressor()
    var report = RecoveryReport()

    mutating func open(
        options: WriteAheadLog.Options, scan: WriteAheadLog.Scan
    ) throws -> (log: WriteAheadLog, report: RecoveryReport) {
        try makeDirectoryDurable()
        let names = try disk.list(directory)
        for name in names where SpareFiles.isSpare(name) { try disk.remove("\(directory)/\(name)") }
        let headers = try segments(among: names)
        let unread = try unreadCount(headers, scan)
        var segments: [WriteAheadLog.Segment] = []
        var end: SegmentEnd?
        for (index, header) in headers.enumerated() {
            if index < unread {
                segments.append(WriteAheadLog.Segment(header: header, length: try length(of: header)))
                continue
            }
            // Without sequences in the frames nothing tells a gap from a clean end.
            if let end, framing == .checked { try check(end, of: headers[index - 1], continuesIn: header) }
            let isLast = index == headers.count - 1
            let found = try self.scan(header, isLast: isLast, scan)
            if isLast, let torn = found.torn {
                report.tornBytes = torn.bytes
                report.tornReason = torn.reason
                report.truncatedSegment = path(of: header)
            }
            if isLast, found.isHeaderTorn {
                try removeHeaderless(header, isOnly: index == 0)
            } else {
                end = found
                segments.append(WriteAheadLog.Segment(header: header, length: found.fileLength))
            }
        }
        let file = try repair(&segments, end)
        if options.bypassesCache { file?.bypassCache(writesBehind: options.writesBehind) }
        report.segments = segments.count
        let log = WriteAheadLog(
            disk: disk, directory: directory, options: options, segments: segments, file: file,
            nextSequence: end?.nextSequence ?? 0)
        return (log, report)
    }

    mutating func inspect(
        lastSegmentOnly: Bool, _ body: (UInt8, Position, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var headers = try segments(among: disk.list(directory))
        if lastSegmentOnly { headers = Array(headers.dropFirst(try unreadCount(headers, .lastSegmentOnly))) }
        try withoutActuallyEscaping(body) { body in
            var end: SegmentEnd?
            for (index, header) in headers.enumerated() {
                if let end, framing == .checked { try check(end, of: headers[index - 1], continuesIn: header) }
                end = try scan(header, isLast: index == headers.count - 1, .allFrames(body))
            }
        }
    }

    /// The segments among the names in the folder, oldest first.
    private func segments(among names: [String]) throws -> [SegmentHeader] {
        let headers = names.compactMap { SegmentHeader(fileName: $0, framing: framing) }
            .sorted { $0.firstSequence < $1.firstSequence }
        if let last = headers.last, last.firstSequence > SegmentHeader.largestSequence {
            throw LogError(
                .corrupt, "no log comes to frame \(last.firstSequence)",
                location: .init(path: path(of: last), byteOffset: 0))
        }
        return headers
    }

    /// How many segments, from the oldest on, need not be read.
    private func unreadCount(_ headers: [SegmentHeader], _ scan: WriteAheadLog.Scan) throws -> Int {
        if case .allFrames = scan { return 0 }
        guard let last = headers.last else { return 0 }
        let file = try disk.open(path(of: last), .read)
        defer { file.close() }
        var bytes = [UInt8](repeating: 0, count: SegmentHeader.length)
        _ = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        // A last segment without a header is going to be removed; then the log ends in the one before it.
        return max(0, headers.count - (bytes == last.bytes ? 1 : 2))
    }

    private mutating func scan(
        _ header: SegmentHeader, isLast: Bool, _ scan: WriteAheadLog.Scan
    ) throws -> SegmentEnd {
        let path = path(of: header)
        let file = try disk.open(path, .read)
        defer { file.close() }
        let scanner = try SegmentScanner(file: file, path: path, header: header, isLast: isLast, memory: memory)
        guard framing == .checked else {
            return try scanner.scanPlainFrames { frame, position in
                report.frames += 1
                report.bytes += position.length
                try scan.replay?(frame.kind, position, frame.payload)
            }
        }
        return try scanner.scan { frame, position, bytes in
            report.frames += 1
            report.bytes += position.length
            guard let replay = scan.replay else { return }
            guard let payload = decompressor.payload(of: bytes, frame) else {
                let location = LogError.Location(path: path, byteOffset: position.offset)
                throw LogError(.corrupt, "the payload does not decompress", location: location)
            }
            try replay(frame.kind, position, payload)
        }
    }

    private func check(_ end: SegmentEnd, of header: SegmentHeader, continuesIn next: SegmentHeader) throws {
        if end.nextSequence == next.firstSequence { return }
        let message = "frame \(end.nextSequence) is due, the next segment begins with frame \(next.firstSequence)"
        let code: LogError.Code =
            if end.torn != nil {
                .torn
            } else if end.nextSequence > next.firstSequence {
                .corrupt
            } else {
                .missingFrames
            }
        throw LogError(code, message, location: .init(path: path(of: header), byteOffset: end.offset))
    }

    /// Removes the last segment, which was being created when its process ended: it has no frame and, in contrast to
    /// writing its header again, removing it needs no space.
    private func removeHeaderless(_ header: SegmentHeader, isOnly: Bool) throws {
        let path = path(of: header)
        if isOnly, header.firstSequence != 0 {
            throw LogError(
                .missingFrames, "the only segment has no header, yet it is not the log's first one",
                location: .init(path: path, byteOffset: 0))
        }
        try crash.before(.recoveryRemove)
        try disk.remove(path)
        try disk.syncDirectory(directory)
        try crash.after(.recoveryRemove)
    }

    /// Cuts off what is not a frame and makes all that is left durable; returns the file to append to.
    private func repair(_ segments: inout [WriteAheadLog.Segment], _ end: SegmentEnd?) throws -> (any DiskFile)? {
        guard let last = segments.last, let end else { return nil }
        let file = try disk.open(path(of: last.header), .update)
        do {
            if end.fileLength > end.offset {
                try crash.before(.recoveryTruncate)
                try file.truncate(to: end.offset)
                try crash.after(.recoveryTruncate)
            }
            try file.syncOrWriteAgain()
            try disk.syncDirectory(directory)
        } catch {
            file.close()
            throw error
        }
        segments[segments.count - 1].length = end.offset
        return file
    }

    /// Makes the log's folder, and the names of all folders that had to be made on the way to it, durable.
    private func makeDirectoryDurable() throws {
        var made: [String] = []
        var path = directory
        while !disk.exists(path) {
            guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
                made.append(path.hasPrefix("/") ? "/" : ".")
                break
            }
            path = String(path[..<slash])
            made.append(path)
        }
        try disk.makeDirectory(directory)
        for parent in made.reversed() { try disk.syncDirectory(parent) }
    }

    private func length(of header: SegmentHeader) throws -> Int64 {
        let file = try disk.open(path(of: header), .read)
        defer { file.close() }
        return try file.length()
    }

    private func path(of header: SegmentHeader) -> String { "\(directory)/\(header.fileName)" }
}
