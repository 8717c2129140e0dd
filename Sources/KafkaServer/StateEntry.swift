// What the journal of a data folder says: one entry for each thing that changes beside the records.
internal import BrokerCore
internal import KafkaWire

/// One change. Of two that are about the same thing the later one counts.
enum StateEntry: Equatable {
    case topic(TopicEntry)
    case offset(OffsetEntry)
    case log(LogEntry)
    case counts(CountsEntry)
    case transaction(TransactionEntry)

    private enum Kind: UInt8 { case topic = 1, offset, log, counts, transaction }

    /// Kind and content, as key and value of a record.
    func encoded() throws(WireError) -> (key: [UInt8], value: [UInt8]) {
        var writer = WireWriter(isFlexible: true)
        let kind: Kind
        switch self {
        case .topic(let entry): (kind, _) = (.topic, try entry.write(to: &writer))
        case .offset(let entry): (kind, _) = (.offset, try entry.write(to: &writer))
        case .log(let entry): (kind, _) = (.log, try entry.write(to: &writer))
        case .counts(let entry): (kind, _) = (.counts, try entry.write(to: &writer))
        case .transaction(let entry): (kind, _) = (.transaction, try entry.write(to: &writer))
        }
        return ([kind.rawValue], writer.bytes)
    }

    /// - Throws: ``WireError`` for what is no entry.
    init(_ record: RecordView) throws(WireError) {
        var reader = WireReader(record.value ?? UnsafeRawBufferPointer(start: nil, count: 0), isFlexible: true)
        switch record.key?.first.flatMap(Kind.init) {
        case .topic: self = .topic(try TopicEntry(from: &reader))
        case .offset: self = .offset(try OffsetEntry(from: &reader))
        case .log: self = .log(try LogEntry(from: &reader))
        case .counts: self = .counts(try CountsEntry(from: &reader))
        case .transaction: self = .transaction(try TransactionEntry(from: &reader))
        case nil: throw WireError(.version, "entry", at: 0)
        }
        try reader.finish()
    }
}

/// A topic, or that it is gone.
struct TopicEntry: Structure {
    var name = ""
    var id = Uuid()
    /// 0: it is gone.
    var partitions: Int32 = 0
    var copies: Int32 = 1
    var settings: [Setting] = []

    mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
        try coder.field("Name", &name)
        try coder.field("TopicId", &id)
        try coder.field("Partitions", &partitions)
        try coder.field("Copies", &copies)
        try coder.field("Settings", &settings)
    }

    struct Setting: Structure {
        var name = ""
        var value = ""

        mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("Name", &name)
            try coder.field("Value", &value)
        }
    }
}

/// What a group has committed for a partition.
struct OffsetEntry: Structure {
    var group = ""
    var topic = ""
    var partition: Int32 = 0
    /// -1: nothing any more.
    var offset: Int64 = -1
    var leaderEpoch: Int32 = -1
    var metadata: String?
    /// Whose transaction has to commit first; -1 for nobody's.
    var producerId: Int64 = -1

    mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
        try coder.field("Group", &group)
        try coder.field("Topic", &topic)
        try coder.field("Partition", &partition)
        try coder.field("Offset", &offset)
        try coder.field("LeaderEpoch", &leaderEpoch)
        try coder.field("Metadata", &metadata)
        try coder.field("ProducerId", &producerId)
    }
}

/// Where a log begins, and in which epoch it is.
struct LogEntry: Structure {
    var topic = Uuid()
    var partition: Int32 = 0
    var startOffset: Int64 = 0
    var leaderEpoch: Int32 = 0

    mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
        try coder.field("TopicId", &topic)
        try coder.field("Partition", &partition)
        try coder.field("StartOffset", &startOffset)
        try coder.field("LeaderEpoch", &leaderEpoch)
    }
}

/// A transactional id, and where its transaction stands.
struct TransactionEntry: Structure {
    var name = ""
    var producerId: Int64 = -1
    var producerEpoch: Int16 = -1
    var earlierId: Int64 = -1
    var earlierEpoch: Int16 = -1
    var timeout: Int64 = 0
    var phase: Int8 = 0
    var partitions: [Place] = []
    var groups: [String] = []

    mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
        try coder.field("TransactionalId", &name)
        try coder.field("ProducerId", &producerId)
        try coder.field("ProducerEpoch", &producerEpoch)
        try coder.field("EarlierId", &earlierId)
        try coder.field("EarlierEpoch", &earlierEpoch)
        try coder.field("TimeoutMs", &timeout)
        try coder.field("Phase", &phase)
        try coder.field("Partitions", &partitions)
        try coder.field("Groups", &groups)
    }

    struct Place: Structure {
        var topic = ""
        var partition: Int32 = 0

        mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("Topic", &topic)
            try coder.field("Partition", &partition)
        }
    }
}

/// How many numbers were given that must not be given again.
struct CountsEntry: Structure {
    var topics: Int64 = 0
    var producers: Int64 = 0

    mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
        try coder.field("Topics", &topics)
        try coder.field("Producers", &producers)
    }
}
