// The log's writer: append, sync, remove. The format's prose is ByteFormat.md, recovery is in Recovery.swift.
internal import Checksum
internal import Compression
public import World

/// An append-only log of frames in a folder of segments. One thread uses it at a time.
///
/// After a failed append or sync the log is poisoned: every later one fails with the first cause, because what the disk
/// holds is then unknown. What was durable before stays durable; opening the log again finds it.
public final class WriteAheadLog {
    /// How a log is written.
    public struct Options {
        /// The length a segment may reach before the next one begins; a larger frame gets a segment of its own.
        public var segmentBytes: Int64
        /// The zstd level; nil: payloads are stored as they are, and so are those of plain frames, which have no room to
        /// say otherwise.
        public var compressionLevel: Int32?
        /// The crash seam.
        public var crash: CrashSwitch
        /// How frames are written.
        public var framing: Framing
        /// Whether frames may go past the system's cache: right for a log whose frames are large and rarely read back.
        public var bypassesCache: Bool
        /// Whether a frame may still be on its way into the file when its append returns, until the next sync. Not where
        /// crash points say what is in the file.
        var writesBehind: Bool { bypassesCache && !crash.isWatching }
        /// Whether the files of segments that nobody needs are written again: asking the device for places and giving them
        /// back takes a third of its time. Not where crash points say what is in a file.
        var reusesFiles: Bool { writesBehind }

        /// Makes options.
        public init(
            segmentBytes: Int64 = 64 << 20, compressionLevel: Int32? = nil, crash: CrashSwitch = CrashSwitch(),
            framing: Framing = .checked, bypassesCache: Bool = false
        ) {
            self.segmentBytes = segmentBytes
            self.compressionLevel = compressionLevel
            self.crash = crash
            self.framing = framing
            self.bypassesCache = bypassesCache
        }
    }

    /// How frames are written.
    public enum Framing: Sendable {
        /// With sequence, checksums and end marker: a torn tail and damage are told apart.
        case checked
        /// As Spark Streaming does: a length and the payload. Whatever does not end within the file ends the log.
        case plain

        /// The bytes around a payload.
        var overhead: Int { self == .checked ? FrameHeader.overhead : PlainFrame.overhead }
    }

    /// The bytes around a payload in the file.
    public static let frameOverhead = FrameHeader.overhead
    /// The largest payload.
    public static let largestPayload = FrameHeader.largestPayload

    struct Segment {
        var header: SegmentHeader
        var length: Int64
    }

    let disk: any Disk
    let directory: String
    private let options: Options
    private let compressor: Compressor?
    private let reader: LogReader
    private let framing = UnsafeMutableRawBufferPointer.allocate(byteCount: FrameHeader.overhead, alignment: 8)

    /// The segments in the folder, oldest first.
    private var segments: [Segment]
    /// The last segment's file; nil when the next append begins a new one.
    private var file: (any DiskFile)?
    private var poison: (any Error)?
    /// Files of removed segments, to be written again.
    private var spares: SpareFiles?

    /// The sequence of the next frame.
    public private(set) var nextSequence: UInt64
    /// Every frame with a lower sequence is durable.
    public private(set) var durableSequence: UInt64
    /// The bytes this object has written, framing and headers included.
    public private(set) var bytesWritten: Int64 = 0

    init(
        disk: any Disk, directory: String, options: Options, segments: [Segment], file: (any DiskFile)?,
        nextSequence: UInt64
    ) {
        self.disk = disk
        self.directory = directory
        self.options = options
        self.segments = segments
        self.file = file
        self.nextSequence = nextSequence
        durableSequence = nextSequence
        compressor = options.framing == .checked ? options.compressionLevel.map { Compressor(level: $0) } : nil
        reader = LogReader(disk: disk, directory: directory, framing: options.framing)
        spares = options.reusesFiles ? SpareFiles(disk: disk, directory: directory) : nil
    }

    deinit {
        close()
        framing.deallocate()
    }

    /// The bytes in the log's segments now, and in files that wait to become segments again.
    public var liveBytes: Int64 { segments.reduce(spares?.bytes ?? 0) { $0 + $1.length } }
    /// The byte behind the last frame.
    public var end: Place {
        segments.last.map { Place(segment: $0.header.firstSequence, offset: $0.length) } ?? Place(segment: nextSequence)
    }

    /// The bytes of the frames between two places, as far as their segments are still there; headers are not counted.
    public func liveBytes(from: Place, until: Place) -> Int64 {
        segments.reduce(0) { bytes, segment in
            let name = segment.header.firstSequence
            let first = name < from.segment ? segment.length : name == from.segment ? from.offset : 0
            let last = name < until.segment ? segment.length : name == until.segment ? until.offset : 0
            return bytes + max(0, last - max(first, Int64(SegmentHeader.length)))
        }
    }

    /// The number of segments.
    public var segmentCount: Int { segments.count }
    /// The sequence of the oldest frame that is still there, or of the next one when there is none.
    public var firstSequence: UInt64 { segments.first?.header.firstSequence ?? nextSequence }

    /// Writes one frame; it is durable only after a ``sync(effect:)``. `checksum` is the payload's CRC-32C, from whoever
    /// knows it already.
    ///
    /// - Throws: ``LogError``: `tooLarge`, `disk` or `poisoned`, or what the crash switch throws.
    public func append(
        _ payload: UnsafeRawBufferPointer, kind: UInt8, effect: Effect, checksum: UInt32? = nil
    ) throws -> Position {
        guard payload.count <= FrameHeader.largestPayload else {
            throw LogError(.tooLarge, "a payload of \(payload.count) bytes, the limit is \(FrameHeader.largestPayload)")
        }
        return try poisoningOnFailure("a frame cannot be written") {
            try options.crash.before(effect)
            let compressed = compressor?.compress(payload)
            let stored = compressed ?? payload
            let length = options.framing.overhead + stored.count
            let file = try fileWithRoom(for: length)
            let last = segments.count - 1
            let position = Position(
                segment: segments[last].header.firstSequence, offset: segments[last].length, length: Int64(length),
                sequence: nextSequence)
            let parts =
                switch options.framing {
                case .checked:
                    checkedParts(
                        of: FrameHeader(
                            kind: kind, flags: compressed == nil ? 0 : FrameHeader.compressedFlag,
                            storedLength: UInt32(stored.count), payloadLength: UInt32(payload.count),
                            blankSectors: Sectors.blankCount(
                                in: stored, at: position.offset + Int64(FrameHeader.length)),
                            sequence: nextSequence,
                            unsyncedFrames: UInt32(clamping: nextSequence - durableSequence),
                            payloadChecksum: (compressed == nil ? checksum : nil) ?? CRC32C.checksum(stored)), stored)
                case .plain: PlainFrame.parts(kind: kind, payload: stored, framing: framing)
                }
            if let count = options.crash.tear(effect, length: length) {
                try file.write(parts.prefix(bytes: count), at: position.offset)
                try options.crash.torn(effect)
            }
            try file.write(parts, at: position.offset)
            segments[last].length += position.length
            bytesWritten += position.length
            nextSequence += 1
            try options.crash.after(effect)
            return position
        }
    }

    /// Makes every frame appended so far durable, with one sync however many they are; none without need.
    ///
    /// - Throws: ``LogError``: `disk` or `poisoned`, or what the crash switch throws.
    public func sync(effect: Effect) throws {
        try poisoningOnFailure("frames cannot be made durable") {
            guard durableSequence < nextSequence else { return }
            try options.crash.before(effect)
            try syncFile()
            try options.crash.after(effect)
        }
    }

    /// Makes every frame durable and lets the next append begin a new segment, so that this one can be removed later.
    ///
    /// - Throws: ``LogError``: `disk` or `poisoned`, or what the crash switch throws.
    public func roll(effect: Effect) throws {
        try sync(effect: effect)
        guard let last = segments.last, last.length > Int64(SegmentHeader.length) else { return }
        file?.close()
        file = nil
    }

    /// Leaves out the sequences below `sequence`: the next frame has that one, at the start of a new segment. For a log
    /// that has lost frames at its end whose numbers are known elsewhere and must not be used for others.
    public func skip(to sequence: UInt64) {
        guard sequence > nextSequence else { return }
        file?.close()
        file = nil
        nextSequence = sequence
        durableSequence = sequence
    }

    /// Calls `body` with the payload of the frame at `position`, everything verified; the bytes are valid during the
    /// call. Other threads read with a ``LogReader``.
    ///
    /// - Throws: ``LogError``: `missingSegment`, `torn` or `corrupt`, or what `body` throws.
    public func read<Result>(
        _ position: Position, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        try reader.read(position, body)
    }

    /// Removes the segments of which every frame is below `sequence`, oldest first; never the last segment, whose name
    /// is the log's memory of its sequence. Returns the bytes removed.
    ///
    /// - Throws: ``LogError``: `disk`, or what the crash switch throws. The log is then as usable as before.
    @discardableResult
    public func removeSegments(before sequence: UInt64, effect: Effect) throws -> Int64 {
        var removed: Int64 = 0
        while segments.count > 1, segments[1].header.firstSequence <= sequence {
            try options.crash.before(effect)
            let segment = segments[0]
            let path = path(of: segment.header)
            reader.forget(segment.header.firstSequence)
            do {
                let spare = try spares?.rename(path)
                if spare == nil { try disk.remove(path) }
                segments.removeFirst()
                removed += segment.length
                // Before the next one is removed, so that a power loss cannot keep this one and lose the next.
                try disk.syncDirectory(directory)
                if let spare { spares?.keep(spare, bytes: segment.length) }
            } catch let error as DiskError {
                throw LogError(
                    .disk, "a segment cannot be removed", cause: error, location: .init(path: path, byteOffset: 0))
            }
            try options.crash.after(effect)
        }
        return removed
    }

    /// Closes the log's files, without a sync; the log is not used afterwards.
    public func close() {
        file?.close()
        file = nil
        reader.close()
        spares?.removeAll()
        if poison == nil { poison = LogError(.poisoned, "the log is closed") }
    }

    private func checkedParts(
        of header: FrameHeader, _ stored: UnsafeRawBufferPointer
    ) -> [UnsafeRawBufferPointer] {
        header.encode(into: framing)
        framing.storeBytes(of: FrameHeader.endMarker.littleEndian, toByteOffset: FrameHeader.length, as: UInt32.self)
        let framing = UnsafeRawBufferPointer(framing)
        return [
            UnsafeRawBufferPointer(rebasing: framing[..<FrameHeader.length]), stored,
            UnsafeRawBufferPointer(rebasing: framing[FrameHeader.length...]),
        ]
    }

    /// The file to append to: the last segment's, or a new one's if `length` more bytes do not fit.
    private func fileWithRoom(for length: Int) throws -> any DiskFile {
        if let file, let last = segments.last {
            let isEmpty = last.length == Int64(SegmentHeader.length)
            if isEmpty || last.length + Int64(length) <= options.segmentBytes { return file }
            // Only the last segment may hold what is not durable.
            if durableSequence < nextSequence { try syncFile() }
            file.close()
            self.file = nil
        }
        let header = SegmentHeader(firstSequence: nextSequence, framing: options.framing)
        let path = path(of: header)
        let spare = try spares?.give()
        let file = try spare?.file ?? disk.open(path, .create)
        self.file = file
        try header.bytes.withUnsafeBytes { try file.write([$0], at: 0) }
        try file.syncOrWriteAgain()
        // While the file still has the name that it was opened by.
        if options.bypassesCache { file.bypassCache(writesBehind: options.writesBehind) }
        if let spare { try spare.rename(to: path) }
        try disk.syncDirectory(directory)
        segments.append(Segment(header: header, length: Int64(SegmentHeader.length)))
        bytesWritten += Int64(SegmentHeader.length)
        return file
    }

    private func syncFile() throws {
        try file?.syncOrWriteAgain()
        durableSequence = nextSequence
    }

    private func path(of header: SegmentHeader) -> String { "\(directory)/\(header.fileName)" }

    /// Runs `body`; whatever it throws is the last thing that this log has done.
    private func poisoningOnFailure<Result>(_ message: String, _ body: () throws -> Result) throws -> Result {
        if let poison {
            guard var error = poison as? LogError else { throw poison }
            error.code = .poisoned
            throw error
        }
        do {
            return try body()
        } catch let error as DiskError {
            let location = segments.last.map { LogError.Location(path: path(of: $0.header), byteOffset: $0.length) }
            let failure = LogError(.disk, message, cause: error, location: location)
            poison = failure
            throw failure
        } catch {
            poison = error
            throw error
        }
    }
}

extension [UnsafeRawBufferPointer] {
    /// The first `count` bytes of the parts taken together.
    fileprivate func prefix(bytes count: Int) -> [UnsafeRawBufferPointer] {
        var left = count
        return map { part in
            let piece = UnsafeRawBufferPointer(rebasing: part.prefix(left))
            left -= piece.count
            return piece
        }
    }
}
