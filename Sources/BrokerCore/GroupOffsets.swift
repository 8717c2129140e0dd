// The offsets that groups have committed, those that wait for the end of a transaction, and when they are forgotten.

/// A partition of a topic, by name.
package struct TopicPartition: Hashable, Sendable {
    package var topic: String
    package var partition: Int32

    package init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }
}

/// What a group has committed for a partition.
package struct CommittedOffset: Equatable, Sendable {
    /// The next offset to read.
    package var offset: Int64
    package var leaderEpoch: Int32
    package var metadata: String?

    package init(offset: Int64, leaderEpoch: Int32 = -1, metadata: String? = nil) {
        self.offset = offset
        self.leaderEpoch = leaderEpoch
        self.metadata = metadata
    }
}

/// The committed offsets of one group.
struct GroupOffsets {
    private struct Entry {
        var offset: CommittedOffset
        var committedAt: Milliseconds
        /// How many commits there were before.
        var order: Int
    }

    private var stored: [TopicPartition: Entry] = [:]
    /// By the number of the producer whose transaction brought them.
    private var pending: [Int64: [TopicPartition: Entry]] = [:]
    private var commits = 0
    /// No commit that is stored was earlier.
    private var oldest = Milliseconds.max

    var isEmpty: Bool { stored.isEmpty && pending.isEmpty }

    subscript(place: TopicPartition) -> CommittedOffset? { stored[place]?.offset }

    /// By topic and partition.
    var all: [(place: TopicPartition, offset: CommittedOffset)] { Self.sorted(stored) }

    private static func sorted(_ entries: [TopicPartition: Entry]) -> [(place: TopicPartition, offset: CommittedOffset)]
    {
        entries.map { ($0.key, $0.value.offset) }
            .sorted { ($0.place.topic, $0.place.partition) < ($1.place.topic, $1.place.partition) }
    }

    /// What waits for the end of a transaction, by producer, topic and partition.
    var allPending: [(producerId: Int64, place: TopicPartition, offset: CommittedOffset)] {
        pending.sorted { $0.key < $1.key }.flatMap { producerId, entries in
            Self.sorted(entries).map { (producerId, $0.place, $0.offset) }
        }
    }

    /// Whether the end of a transaction may change what is stored for a partition.
    func isUnstable(_ place: TopicPartition) -> Bool { pending.values.contains { $0[place] != nil } }

    /// Stores an offset; with the number of a producer when its transaction commits.
    mutating func commit(
        _ offset: CommittedOffset, for place: TopicPartition, inTransactionOf producerId: Int64? = nil,
        at now: Milliseconds
    ) {
        commits += 1
        let entry = Entry(offset: offset, committedAt: now, order: commits)
        oldest = min(oldest, now)
        if let producerId { pending[producerId, default: [:]][place] = entry } else { stored[place] = entry }
    }

    /// The transaction of a producer ends. What was committed later by others stays. Returns what is stored by it.
    mutating func endTransaction(
        of producerId: Int64, commits: Bool
    ) -> [(place: TopicPartition, offset: CommittedOffset)] {
        guard let ended = pending.removeValue(forKey: producerId), commits else { return [] }
        let newest = ended.filter { place, entry in entry.order > stored[place]?.order ?? 0 }
        stored.merge(newest) { $1 }
        return Self.sorted(newest)
    }

    mutating func remove(_ place: TopicPartition) { stored[place] = nil }

    mutating func removeAll() { stored = [:] }

    /// A topic is gone, with what was committed for it.
    mutating func remove(topic: String) {
        stored = stored.filter { $0.key.topic != topic }
        for producerId in pending.keys {
            pending[producerId] = pending[producerId]?.filter { $0.key.topic != topic }
        }
    }

    /// Before this nothing expires that is kept for `time` since its commit, and since `emptySince` (KIP-211); nil for
    /// never.
    func expiry(keeping time: Milliseconds, emptySince: Milliseconds) -> Milliseconds? {
        stored.isEmpty ? nil : max(oldest, emptySince) + time
    }

    mutating func expire(at now: Milliseconds, keeping time: Milliseconds, emptySince: Milliseconds) {
        guard let first = expiry(keeping: time, emptySince: emptySince), first <= now else { return }
        stored = stored.filter { place, entry in
            isUnstable(place) || max(entry.committedAt, emptySince) + time > now
        }
        let entries = [stored.values.map(\.committedAt)] + pending.values.map { $0.values.map(\.committedAt) }
        oldest = entries.joined().min() ?? .max
        // What an open transaction may change is looked at again.
        if let again = expiry(keeping: time, emptySince: emptySince), again <= now { oldest = now - time + 1000 }
    }
}
