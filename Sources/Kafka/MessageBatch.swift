// Messages taken from a queue of librdkafka and not yet dealt with.
internal import CRdKafka

/// A buffer of messages: filled in one call, worked off from the front. What is left stays for the next fetch, so a
/// batch that runs past the end of a range loses nothing.
struct MessageBatch: ~Copyable {
    /// The messages one call takes at most.
    let capacity: Int
    private let messages: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
    /// Where messages go that are done with.
    private let returns: MessageReturns
    /// Those before `next` from here on are lent.
    private var lent = 0
    private var next = 0
    private var end = 0

    init(capacity: Int, returns: MessageReturns) {
        self.capacity = capacity
        self.returns = returns
        messages = .allocate(capacity: capacity)
        messages.initialize(repeating: nil, count: capacity)
    }

    deinit {
        returns.add(UnsafeBufferPointer(start: messages + lent, count: end - lent))
        messages.deallocate()
    }

    var isEmpty: Bool { next == end }

    /// Takes up to `limit` messages from `queue`, waiting up to `timeout` milliseconds for the first of them.
    ///
    /// The library's call returns when it has all it was asked for or the time is over; so only one message is waited
    /// for, and the rest is what is there already.
    mutating func fill(from queue: OpaquePointer?, limit: Int, timeout: Int32) {
        precondition(isEmpty, "a batch is filled again before it was worked off")
        takeBack()
        lent = 0
        next = 0
        let wanted = min(limit, capacity)
        end = max(0, rd_kafka_consume_batch_queue(queue, 0, messages, wanted))
        if end == 0, timeout > 0 { end = max(0, rd_kafka_consume_batch_queue(queue, timeout, messages, 1)) }
    }

    /// The message at the front.
    var first: UnsafeMutablePointer<rd_kafka_message_t>? { next < end ? messages[next] : nil }

    /// Steps past the message at the front, which stays valid until the next ``takeBack()``.
    mutating func passFirst() { next += 1 }

    /// Gives the messages back that were stepped past.
    mutating func takeBack() {
        returns.add(UnsafeBufferPointer(start: messages + lent, count: next - lent))
        lent = next
    }

    /// Gives all messages back.
    mutating func removeAll() {
        next = end
        takeBack()
    }
}
