// Reads one segment from its beginning to its end, in windows, so that memory does not grow with the segment.
internal import World

/// How a segment ends.
struct SegmentEnd: Equatable {
    /// The sequence that is due after the last complete frame.
    var nextSequence: UInt64
    /// The byte after the last complete frame; 0 when not even the header is complete.
    var offset: Int64
    /// The file's length.
    var fileLength: Int64
    /// The torn bytes, without zeros at their end, and why they are torn; nil for a clean end.
    var torn: Torn?

    struct Torn: Equatable {
        var bytes: Int64
        var reason: String
    }

    var isHeaderTorn: Bool { offset == 0 }
}

/// Reads one segment.
final class SegmentScanner {
    /// How much is read at once; a frame that is longer is still read whole.
    static let windowSize = 1 << 20

    private let file: any DiskFile
    let path: String
    let header: SegmentHeader
    private let isLast: Bool
    private let memory: ScratchBuffer
    let fileLength: Int64
    private var windowStart: Int64 = 0
    private var windowCount = 0

    init(file: any DiskFile, path: String, header: SegmentHeader, isLast: Bool, memory: ScratchBuffer) throws {
        self.file = file
        self.path = path
        self.header = header
        self.isLast = isLast
        self.memory = memory
        fileLength = try file.length()
    }

    /// Delivers every complete frame in order.
    ///
    /// - Throws: ``LogError`` for anything but a clean or torn end, `DiskError`, or what `deliver` throws.
    func scan(_ deliver: (FrameHeader, Position, UnsafeRawBufferPointer) throws -> Void) throws -> SegmentEnd {
        var end = SegmentEnd(nextSequence: header.firstSequence, offset: 0, fileLength: fileLength)
        end.torn = try scanHeader()
        if end.torn != nil { return end }
        end.offset = Int64(SegmentHeader.length)
        while true {
            let rest = try view(from: end.offset, atLeast: FrameHeader.length)
            let (finding, bytes) = try decide(rest, at: end)
            let location = LogError.Location(path: path, byteOffset: end.offset)
            switch finding {
            case .frame(let frame):
                let position = Position(
                    segment: header.firstSequence, offset: end.offset, length: Int64(frame.frameLength),
                    sequence: frame.sequence)
                try deliver(frame, position, UnsafeRawBufferPointer(rebasing: bytes[..<frame.frameLength]))
                end.offset += position.length
                end.nextSequence += 1
            case .endOfLog:
                return end
            case .torn(let reason):
                end.torn = SegmentEnd.Torn(bytes: Int64(Sectors.extent(of: bytes)), reason: reason)
                return end
            case .corrupt(let reason):
                throw LogError(.corrupt, reason, location: location)
            case .missingFrames(let reason):
                throw LogError(.missingFrames, reason, location: location)
            }
        }
    }

    /// Checks the segment's header; returns what is torn when it is not complete.
    func scanHeader() throws -> SegmentEnd.Torn? {
        var file = try view(from: 0, atLeast: SegmentHeader.length)
        if header.finding(on: file) == .header { return nil }
        file = try view(from: 0, atLeast: Int(fileLength))
        let location = LogError.Location(path: path, byteOffset: 0)
        switch header.finding(on: file) {
        case .header: return nil
        case .torn: return .init(bytes: Int64(Sectors.extent(of: file)), reason: "the segment's header is cut short")
        case .corrupt: throw LogError(.corrupt, "no sound segment header", location: location)
        case .otherVersion(let version):
            throw LogError(
                .unsupported, "format version \(version), this log is of version \(header.version)",
                location: location)
        }
    }

    /// Decides with as little of the file as it takes: a frame needs only itself, all else the rest of the file.
    private func decide(
        _ first: UnsafeRawBufferPointer, at end: SegmentEnd
    ) throws -> (FrameFinding, UnsafeRawBufferPointer) {
        let decoder = FrameDecoder(
            fileOffset: end.offset, expectedSequence: end.nextSequence, mayBeUnsynced: isLast)
        let restLength = Int(fileLength - end.offset)
        var bytes = first
        while true {
            if bytes.count == restLength { return (decoder.finding(on: bytes), bytes) }
            let header = FrameHeader(decoding: bytes)
            if let header, bytes.count >= header.frameLength {
                let finding = decoder.finding(on: bytes)
                if case .frame = finding { return (finding, bytes) }
            }
            let frameLength = header?.frameLength ?? restLength
            bytes = try view(from: end.offset, atLeast: frameLength > bytes.count ? frameLength : restLength)
        }
    }

    /// At least `count` bytes from `offset` on, fewer only at the end of the file.
    func view(from offset: Int64, atLeast count: Int) throws -> UnsafeRawBufferPointer {
        let wanted = min(Int64(count), fileLength - offset)
        if offset < windowStart || offset + wanted > windowStart + Int64(windowCount) {
            let length = Int(min(Int64(max(count, SegmentScanner.windowSize)), fileLength - offset))
            let read = try file.read(into: memory.bytes(length), at: offset)
            guard read == length else {
                throw LogError(
                    .torn, "the file became shorter while it was read",
                    location: .init(path: path, byteOffset: offset + Int64(read)))
            }
            windowStart = offset
            windowCount = length
        }
        let window = UnsafeRawBufferPointer(memory.bytes(windowCount))
        return UnsafeRawBufferPointer(rebasing: window[Int(offset - windowStart)...])
    }
}
