// How a record to be produced lies in the buffer it was written to.
public import World

/// The shape of a record: its partition, and the lengths of key and value, which lie one after the other in the buffer.
public struct OutgoingRecord: Equatable, Sendable {
    /// The partition to produce to.
    public var partition: Partition
    /// The length of the key at the start of the buffer; nil for a record without a key.
    public var keyLength: Int?
    /// The length of the value behind the key; nil for a null value, a tombstone.
    public var valueLength: Int?

    /// Makes a shape.
    public init(partition: Partition, keyLength: Int? = nil, valueLength: Int?) {
        self.partition = partition
        self.keyLength = keyLength
        self.valueLength = valueLength
    }
}
