// Reads frames of a log by their positions, apart from the log's writer.
internal import Compression
public import World

/// Reads frames by their positions. Each thread has a reader of its own; the writer may go on meanwhile.
public final class LogReader {
    private let disk: any Disk
    private let directory: String
    private let framing: WriteAheadLog.Framing
    private let memory = ScratchBuffer()
    private let decompressor = Decompressor()
    /// Only one: an open file keeps the space of a segment that has been removed.
    private var open: (segment: UInt64, file: any DiskFile)?

    /// Makes a reader of the log in `directory`, whose frames are written as `framing` says.
    public init(disk: any Disk, directory: String, framing: WriteAheadLog.Framing = .checked) {
        self.disk = disk
        self.directory = directory
        self.framing = framing
    }

    deinit { close() }

    /// Calls `body` with the payload of the frame at `position`, everything verified; the bytes are valid during the
    /// call.
    ///
    /// - Throws: ``LogError``: `missingSegment`, `torn` or `corrupt`, or what `body` throws.
    public func read<Result>(
        _ position: Position, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        let path = "\(directory)/\(SegmentHeader(firstSequence: position.segment).fileName)"
        let location = LogError.Location(path: path, byteOffset: position.offset)
        guard position.offset >= Int64(SegmentHeader.length), position.length >= Int64(framing.overhead),
            position.length <= Int64(framing.overhead + FrameHeader.largestPayload)
        else { throw LogError(.corrupt, "no frame can be at such a position", location: location) }
        let bytes = try load(position, path: path, location: location)
        if framing == .plain {
            guard let frame = PlainFrame(decoding: bytes), frame.length == bytes.count else {
                throw LogError(.torn, "another length than the position's", location: location)
            }
            return try body(frame.payload)
        }
        let decoder = FrameDecoder(
            fileOffset: position.offset, expectedSequence: position.sequence, mayBeUnsynced: false)
        switch decoder.finding(on: bytes) {
        case .frame(let header):
            guard header.frameLength == bytes.count else {
                throw LogError(.corrupt, "the frame has another length than its position", location: location)
            }
            guard let payload = decompressor.payload(of: bytes, header) else {
                throw LogError(.corrupt, "the payload does not decompress", location: location)
            }
            return try body(payload)
        case .endOfLog: throw LogError(.torn, "zeros instead of a frame", location: location)
        case .torn(let reason): throw LogError(.torn, reason, location: location)
        case .corrupt(let reason), .missingFrames(let reason):
            throw LogError(.corrupt, reason, location: location)
        }
    }

    /// Closes the file that is open; the reader opens it again when it must.
    public func close() {
        open?.file.close()
        open = nil
    }

    /// Closes the file of `segment` if it is open, because the segment is being removed.
    func forget(_ segment: UInt64) {
        if open?.segment == segment { close() }
    }

    private func load(
        _ position: Position, path: String, location: LogError.Location
    ) throws -> UnsafeRawBufferPointer {
        do {
            let file = try file(of: position.segment, path: path)
            // Before there is memory for it, because a position may say anything.
            guard position.length <= (try file.length()) - position.offset else {
                throw LogError(.torn, "the file ends within the frame", location: location)
            }
            let memory = memory.bytes(Int(position.length))
            let count = try file.read(into: memory, at: position.offset)
            guard count == memory.count else {
                throw LogError(.torn, "the file ends within the frame", location: location)
            }
            return UnsafeRawBufferPointer(memory)
        } catch let error as DiskError {
            let isMissing = error.code == .notFound
            throw LogError(
                isMissing ? .missingSegment : .disk, isMissing ? "the segment is gone" : "a frame cannot be read",
                cause: error, location: location)
        }
    }

    private func file(of segment: UInt64, path: String) throws -> any DiskFile {
        if let open, open.segment == segment { return open.file }
        close()
        let file = try disk.open(path, .read)
        let expected = SegmentHeader(firstSequence: segment, framing: framing).bytes
        var bytes = [UInt8](repeating: 0, count: SegmentHeader.length)
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        guard count == bytes.count, bytes == expected else {
            file.close()
            throw LogError(.corrupt, "no sound segment header", location: .init(path: path, byteOffset: 0))
        }
        open = (segment, file)
        return file
    }
}
