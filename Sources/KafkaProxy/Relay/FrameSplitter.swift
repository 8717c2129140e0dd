// Cuts what comes over a connection into frames; large ones may pass in pieces, in the memory they came in.
internal import KafkaWire
internal import NIOCore

/// What came and is not passed on yet.
struct FrameSplitter {
    /// A piece of a connection.
    enum Part {
        /// A frame, its length in front.
        case frame(ByteBuffer)
        /// The beginning of a frame that passes as it comes.
        case head(ByteBuffer)
        /// What follows such a beginning.
        case rest(ByteBuffer)
    }

    /// A frame that is longer may pass in pieces once this much of it is there: the header and, of Produce, what says
    /// whether an answer is asked for; both names in them have at most 32 KiB.
    static let headLength = 66 << 10
    /// The same of an answer: its length and what says to which request it is.
    static let answerHeadLength = 8

    /// How much of a frame has to be there before its beginning may pass.
    let head: Int
    private var held = ByteBuffer()
    /// Bytes of the frame under way that are still to come; whoever passes them on otherwise takes them off.
    var passing = 0

    init(head: Int = headLength) { self.head = head }

    mutating func append(_ piece: ByteBuffer) {
        if held.readableBytes == 0 {
            held = piece
        } else {
            var piece = piece
            held.discardReadBytes()
            held.writeBuffer(&piece)
        }
    }

    /// The next part; `mayPass` says whether a frame that begins like this may go on before it is whole.
    ///
    /// - Returns: nil when more has to come first.
    /// - Throws: ``WireError`` for a length that no frame has.
    mutating func next(mayPass: (UnsafeRawBufferPointer) -> Bool) throws(WireError) -> Part? {
        if passing > 0 {
            guard let rest = held.readSlice(length: min(passing, held.readableBytes)), rest.readableBytes > 0 else {
                return nil
            }
            passing -= rest.readableBytes
            return .rest(rest)
        }
        let bytes = held.readableBytesView
        guard let length = try Frame.length(of: bytes) else { return nil }
        let whole = Frame.prefixLength + length
        if held.readableBytes >= whole { return held.readSlice(length: whole).map { .frame($0) } }
        guard whole > head, held.readableBytes >= head,
            held.withFrame(mayPass), let head = held.readSlice(length: held.readableBytes)
        else { return nil }
        passing = whole - head.readableBytes
        return .head(head)
    }
}

extension Frame {
    /// The length of the frame that begins here; nil when that is not there yet.
    fileprivate static func length(of bytes: ByteBufferView) throws(WireError) -> Int? {
        let start = Array(bytes.prefix(prefixLength))
        do {
            return try start.withUnsafeBytes { try length($0, limit: defaultLimit) }
        } catch let error as WireError {
            throw error
        } catch {
            return nil
        }
    }
}

extension ByteBuffer {
    /// Gives the bytes behind the length.
    func withFrame<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withUnsafeReadableBytes { try body(UnsafeRawBufferPointer(rebasing: $0.dropFirst(Frame.prefixLength))) }
    }
}
