// Gives messages back to librdkafka on the library's own thread, which made them.
internal import CRdKafka
internal import Synchronization

/// Messages that are done with, until the library's thread frees them.
///
/// The library takes memory for each message on the thread that talks to the broker. Where another thread frees it, the two
/// meet at the lock of one heap for every record, and at speed each waits for the other: more than half of the processor
/// time of a fast reader was that. So they are handed over by the thousand, and freed by a thread that has just asked a
/// broker for more, and has to wait for it anyway.
///
/// The library forbids calls about its client from there. Freeing a message is none: it counts down who uses its memory.
final class MessageReturns: Sendable {
    private struct State {
        /// Addresses of messages.
        var waiting: [UInt] = []
        var byteCount = 0
        /// Room for as many, to be filled next.
        var spare: [UInt] = []
    }

    /// Beyond so many bytes, or messages, whoever has more frees them: no request may go out for a while.
    static let mostBytes = KafkaReader.prefetchBytes
    static let mostMessages = KafkaReader.prefetchRecords

    private let state = Mutex(State())

    /// Lets a client that is made of these settings free what is handed over here, which has to outlive it.
    func attach(to settings: OpaquePointer?) {
        rd_kafka_conf_interceptor_add_on_new(
            settings, "returns",
            { client, _, opaque, _, _ in
                rd_kafka_interceptor_add_on_request_sent(
                    client, "returns",
                    { _, _, _, _, _, _, _, _, opaque in
                        if let opaque { Unmanaged<MessageReturns>.fromOpaque(opaque).takeUnretainedValue().free() }
                        return RD_KAFKA_RESP_ERR_NO_ERROR
                    }, opaque)
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Takes messages that nobody looks at any more.
    func add(_ messages: UnsafeBufferPointer<UnsafeMutablePointer<rd_kafka_message_t>?>) {
        if messages.isEmpty { return }
        let bytes = messages.reduce(0) { $0 + ($1?.pointee.len ?? 0) }
        let isTaken = state.withLock { state in
            guard state.byteCount + bytes <= Self.mostBytes, state.waiting.count + messages.count <= Self.mostMessages
            else { return false }
            state.byteCount += bytes
            state.waiting.append(contentsOf: messages.lazy.map { UInt(bitPattern: $0) })
            return true
        }
        if !isTaken { for message in messages { rd_kafka_message_destroy(message) } }
    }

    /// Frees what is there.
    func free() {
        var taken = state.withLock { state in
            let taken = state.waiting
            state.waiting = state.spare
            state.spare = []
            state.byteCount = 0
            return taken
        }
        if taken.isEmpty { return }
        for address in taken { rd_kafka_message_destroy(UnsafeMutablePointer(bitPattern: address)) }
        taken.removeAll(keepingCapacity: true)
        state.withLock { [taken] in $0.spare = taken }
    }
}
