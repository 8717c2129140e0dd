// Wakes librdkafka's fetching where its own look at the queues would come too late.
internal import CRdKafka
internal import Dispatch
internal import Synchronization
internal import World

/// Once every partition has as much prefetched as it may have, librdkafka 2.0 looks again only after up to a second, or
/// when it has something else to ask of the broker. Without this, a prefetch that does not hold more than a second of
/// records, which is hundreds of megabytes, makes a fast reader wait.
///
/// A question for the end of a partition goes to its leader, and wakes it. It blocks until it is answered, so it is asked on
/// a thread of its own, one at a time.
final class FetchWaker: @unchecked Sendable {
    private let client: OpaquePointer
    private let topic: String
    private let thread = DispatchQueue(label: "kbench.fetch-waker")
    private let isAsking = Atomic<Bool>(false)
    private let isClosed = Atomic<Bool>(false)

    /// Makes a waker for a topic that `client`, which outlives it, reads.
    init(_ client: OpaquePointer, topic: String) {
        self.client = client
        self.topic = topic
    }

    /// Asks the leader of `partition`, unless a question is under way.
    func wake(for partition: Partition) {
        guard !isAsking.exchange(true, ordering: .acquiringAndReleasing) else { return }
        thread.async { [self] in
            if !isClosed.load(ordering: .acquiring) {
                let list = TopicPartitionList(topic: topic, [(partition, Offset(RD_KAFKA_OFFSET_END))])
                // Only that it was asked counts, not the answer.
                _ = rd_kafka_offsets_for_times(client, list.pointer, 1000)
            }
            isAsking.store(false, ordering: .releasing)
        }
    }

    /// Waits for a question that is under way; none is asked afterwards.
    func close() {
        isClosed.store(true, ordering: .releasing)
        thread.sync {}
    }
}
