// What counting producers have sent to one partition: what comes next, and what a repeated batch is known by.
internal import KafkaWire

/// The producers of one partition.
struct ProducerSequences {
    /// How many batches a producer may have on their way, and so repeat.
    static let remembered = 5

    private struct Batch {
        var first: Int32
        var last: Int32
        var baseOffset: Int64
    }

    private struct Producer {
        var epoch: Int16
        /// The newest last; empty where a marker has begun the epoch.
        var batches: [Batch] = []
    }

    enum Judgement: Equatable {
        case next
        case duplicate(baseOffset: Int64)
        case refused(ErrorCode)
    }

    private var producers: [Int64: Producer] = [:]

    /// Whether a batch is what its producer has to send next. Of an unknown producer every number is.
    func judge(_ header: BatchHeader) -> Judgement {
        guard header.baseSequence >= 0, header.producerEpoch >= 0 else { return .refused(.invalidRecord) }
        guard let producer = producers[header.producerId] else { return .next }
        guard header.producerEpoch >= producer.epoch else { return .refused(.invalidProducerEpoch) }
        guard header.producerEpoch == producer.epoch, let newest = producer.batches.last else {
            return header.baseSequence == 0 ? .next : .refused(.outOfOrderSequenceNumber)
        }
        let last = Self.last(of: header)
        for batch in producer.batches where batch.first == header.baseSequence && batch.last == last {
            return .duplicate(baseOffset: batch.baseOffset)
        }
        return header.baseSequence == Self.next(newest.last, by: 1) ? .next : .refused(.outOfOrderSequenceNumber)
    }

    /// The epoch of a producer's newest batch or marker; 0 where nothing is known of it.
    func epoch(of producerId: Int64) -> Int16 { producers[producerId]?.epoch ?? 0 }

    /// Remembers a batch that was the next.
    mutating func note(_ header: BatchHeader, baseOffset: Int64) {
        var producer = producers[header.producerId] ?? Producer(epoch: header.producerEpoch)
        if producer.epoch != header.producerEpoch { producer = Producer(epoch: header.producerEpoch) }
        if producer.batches.count == Self.remembered { producer.batches.removeFirst() }
        producer.batches.append(
            Batch(first: header.baseSequence, last: Self.last(of: header), baseOffset: baseOffset))
        producers[header.producerId] = producer
    }

    /// A marker ends a transaction. One of a later epoch fences its producer, which begins again at 0.
    mutating func end(_ producerId: Int64, epoch: Int16) {
        guard producers[producerId].map({ epoch > $0.epoch }) ?? true else { return }
        producers[producerId] = Producer(epoch: epoch)
    }

    private static func last(of header: BatchHeader) -> Int32 { next(header.baseSequence, by: header.lastOffsetDelta) }

    /// Sequence numbers begin again at 0 behind the largest.
    private static func next(_ sequence: Int32, by count: Int32) -> Int32 {
        Int32(truncatingIfNeeded: (Int64(sequence) + Int64(count)) % (Int64(Int32.max) + 1))
    }
}
