// Counts delivery reports and checks each against the offset its record had to get.
internal import CRdKafka
public import World

/// The books of one produce call. The first record of a partition may get any offset; each further one must get the
/// next, or somebody else wrote in between, or a record was stored twice or not at all.
struct DeliveryReports {
    private(set) var sent = 0
    private(set) var confirmed = 0
    private(set) var failed = 0
    private(set) var firstFailure: (code: rd_kafka_resp_err_t, partition: Partition)?
    private(set) var misplaced: (partition: Partition, offset: Offset, expected: Offset)?
    private var sentByPartition: [Int]
    private var confirmedByPartition: [Int]
    /// By partition, the offsets that markers of transactions have taken between the records.
    private var markersByPartition: [Int]
    private var firstOffset: [Offset]

    init(partitions: Int) {
        sentByPartition = Array(repeating: 0, count: partitions)
        confirmedByPartition = Array(repeating: 0, count: partitions)
        markersByPartition = Array(repeating: 0, count: partitions)
        firstOffset = Array(repeating: -1, count: partitions)
    }

    /// The reports that are still to come.
    var outstanding: Int { sent - confirmed - failed }

    /// The number that the next record of `partition` carries along to its report.
    func nextSequence(_ partition: Int) -> Int { sentByPartition[partition] + markersByPartition[partition] }

    /// A transaction that wrote to `partition` has ended, and its marker lies behind its records.
    mutating func enterMarker(_ partition: Int) { markersByPartition[partition] += 1 }

    /// The offset that the next record of `partition` has to get; nil as long as no record of it was confirmed.
    func nextOffset(_ partition: Int) -> Offset? {
        firstOffset[partition] < 0 ? nil : firstOffset[partition] + Offset(nextSequence(partition))
    }

    /// The record was handed to the library.
    mutating func enter(_ partition: Int) {
        sentByPartition[partition] += 1
        sent += 1
    }

    /// The library gave up on a record before it took it.
    mutating func refuse(_ code: rd_kafka_resp_err_t, _ partition: Partition) {
        if firstFailure == nil { firstFailure = (code, partition) }
    }

    /// A report came.
    mutating func settle(_ message: rd_kafka_message_t) {
        guard message.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            failed += 1
            if firstFailure == nil { firstFailure = (message.err, message.partition) }
            return
        }
        confirmed += 1
        let partition = Int(message.partition)
        let sequence = Int(bitPattern: message._private)
        confirmedByPartition[partition] += 1
        let first = message.offset - Offset(sequence)
        if firstOffset[partition] < 0 {
            firstOffset[partition] = first
        } else if firstOffset[partition] != first, misplaced == nil {
            misplaced = (message.partition, message.offset, firstOffset[partition] + Offset(sequence))
        }
    }

    /// The offsets confirmed in each partition.
    var ranges: [OffsetRange] {
        firstOffset.indices.filter { confirmedByPartition[$0] > 0 }.map { index in
            OffsetRange(
                partition: Partition(index), from: firstOffset[index],
                until: firstOffset[index] + Offset(confirmedByPartition[index] + markersByPartition[index]))
        }
    }
}

/// The records confirmed by the broker, each at the offset it had to get.
public struct Delivery: Equatable, Sendable {
    /// The number of records.
    public var confirmed: Int
    /// For each partition that got records, in order of partitions, the offsets they have now.
    public var ranges: [OffsetRange]

    /// Makes a delivery.
    public init(confirmed: Int, ranges: [OffsetRange]) {
        self.confirmed = confirmed
        self.ranges = ranges
    }
}
