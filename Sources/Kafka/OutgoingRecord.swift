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
    /// The headers, in order.
    public var headers: [Header] = []

    /// A header of a record.
    public struct Header: Equatable, Sendable {
        /// The name.
        public var name: String
        /// The value.
        public var value: [UInt8]

        /// Makes a header.
        public init(name: String, value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    /// Makes a shape.
    public init(partition: Partition, keyLength: Int? = nil, valueLength: Int?) {
        self.partition = partition
        self.keyLength = keyLength
        self.valueLength = valueLength
    }
}
