// What an answer to Fetch has of one partition: whole batches, unopened, and which of them no reader may see.
internal import KafkaWire
internal import World

/// An answer that some partitions still have batches in. Its memory goes back when the last of them is done.
final class Answer {
    let buffer: AnswerBuffer
    private let pool: BufferPool

    init(_ buffer: AnswerBuffer, _ pool: BufferPool) {
        self.buffer = buffer
        self.pool = pool
    }

    deinit { pool.giveBack(buffer) }
}

/// The batches of one partition in one answer, from the next one that is to be opened on.
struct FetchedBatches {
    let answer: Answer
    /// Where they are in the answer.
    private(set) var range: Range<Int>
    /// The election in which the last of them was written; -1: nobody says.
    let lastEpoch: Int32
    /// Transactions that were aborted, the one that began last first.
    private var aborted: [Fetch.Response.AbortedTransaction]
    /// Producers of which one of those transactions is open.
    private var discarded: [Int64] = []

    /// The batches of the answer at `range`; `next` becomes the offset behind the last whole one.
    ///
    /// - Returns: The bytes that the batch takes which is cut short, where nothing else is there; 0 else.
    /// - Throws: `WireError` for bytes that are no batches, and for batches whose offsets do not rise.
    init(
        _ answer: Answer, _ range: Range<Int>, aborted: [Fetch.Response.AbortedTransaction]?,
        next: inout Offset, cutShort: inout Int
    ) throws {
        self.answer = answer
        self.aborted = (aborted ?? []).sorted { $0.firstOffset > $1.firstOffset }
        let bytes = UnsafeRawBufferPointer(rebasing: answer.buffer.bytes[range])
        let asked = next
        var lastEpoch: Int32 = -1
        var batches = BatchCursor(bytes, mayBeCutShort: true)
        while let (header, _) = try batches.next() {
            // The first batch may begin before what was asked for.
            guard header.lastOffset < .max, header.baseOffset >= next || next == asked else {
                throw WireError(.number, "BaseOffset", at: range.lowerBound + batches.position - header.byteCount)
            }
            next = max(next, header.lastOffset + 1)
            lastEpoch = header.leaderEpoch
        }
        self.lastEpoch = lastEpoch
        self.range = range.lowerBound..<range.lowerBound + batches.position
        let left = bytes.count - batches.position
        if batches.position == 0, left >= 12 {
            cutShort = 12 + Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int32.self)))
        } else if batches.position > 0, next == asked {
            throw WireError(.number, "LastOffsetDelta", at: range.lowerBound)
        }
    }

    var isEmpty: Bool { range.isEmpty }

    /// The bytes of all batches that are left.
    var byteCount: Int { range.count }

    /// The bytes of the next batch, where there is one: its length stands behind its base offset.
    var nextByteCount: Int {
        12
            + Int(
                Int32(
                    bigEndian: answer.buffer.bytes.loadUnaligned(fromByteOffset: range.lowerBound + 8, as: Int32.self)))
    }

    /// The bytes of the next batch.
    func bytes(of header: BatchHeader) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: answer.buffer.bytes[range.lowerBound..<range.lowerBound + header.byteCount])
    }

    /// Steps past a batch.
    mutating func drop(_ header: BatchHeader) { range = range.lowerBound + header.byteCount..<range.upperBound }

    /// The next batch; nil behind the last one. Asking twice does no harm.
    ///
    /// - Returns: Its header, and whether readers may see its records: not those of aborted transactions, nor the
    ///   markers that end transactions.
    mutating func next() throws -> (header: BatchHeader, isVisible: Bool)? {
        if range.isEmpty { return nil }
        let header = try BatchHeader(answer.buffer.bytes, at: range.lowerBound, left: range.count)
        while let transaction = aborted.last, transaction.firstOffset <= header.lastOffset {
            aborted.removeLast()
            discarded.append(transaction.producerId)
        }
        if header.isControl {
            if try ControlMarker(batch: bytes(of: header))?.kind == .abort {
                discarded.removeAll { $0 == header.producerId }
            }
            return (header, false)
        }
        return (header, !(header.isTransactional && discarded.contains(header.producerId)))
    }
}
