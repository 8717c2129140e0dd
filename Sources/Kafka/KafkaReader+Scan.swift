// Looks at every record of a partition where it lies, with key, value and headers.
internal import CRdKafka
public import World

/// A record as it lies in the library's memory; valid only while it is shown.
public struct FoundRecord {
    /// Its offset.
    public let offset: Offset
    /// The key; nil for a record without one.
    public let key: UnsafeRawBufferPointer?
    /// The value; nil for a tombstone.
    public let value: UnsafeRawBufferPointer?
    fileprivate let message: UnsafePointer<rd_kafka_message_t>

    /// The value of the last header of this name; nil where there is none.
    public func header(_ name: String) -> [UInt8]? {
        var headers: OpaquePointer?
        guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        var value: UnsafeRawPointer?
        var size = 0
        guard rd_kafka_header_get_last(headers, name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return Array(UnsafeRawBufferPointer(start: value, count: size))
    }
}

extension KafkaReader {
    /// Shows `body` the records of `partition` from its position up to `until`, in order.
    ///
    /// - Returns: the new position: `until`, or less when nothing came for as long as `timeout`.
    /// - Throws: ``BrokerError``, or what `body` throws.
    public func scan(
        _ partition: Partition, until: Offset, timeout: Duration, _ body: (FoundRecord) throws -> Void
    ) throws -> Offset {
        takeBack()
        let slot = slot(of: partition)
        var deadline = clock.now + timeout
        while slot.position < until {
            if slot.batch.isEmpty { slot.batch.fill(from: slot.queue, limit: 1000, timeout: 0) }
            if slot.batch.isEmpty {
                waker?.wake(for: partition)
                if clock.now >= deadline { break }
                slot.batch.fill(from: slot.queue, limit: 1, timeout: 100)
                if slot.batch.isEmpty {
                    try handle.throwIfDown()
                    continue
                }
            }
            var added = 0
            var failure: (any Error)?
            _ = try deliver(slot, until: until, limit: .max, added: &added) { message, _ in
                // The library's message is at the front until this returns.
                guard failure == nil, let front = slot.batch.first else { return }
                do {
                    try body(
                        FoundRecord(
                            offset: message.offset,
                            key: message.key.map { UnsafeRawBufferPointer(start: $0, count: message.key_len) },
                            value: message.payload.map { UnsafeRawBufferPointer(start: $0, count: message.len) },
                            message: front))
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            if added > 0 { deadline = clock.now + timeout }
        }
        return slot.position
    }
}
