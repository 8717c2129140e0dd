// The output of a pipeline that is a topic: the values of its records, as a reader sees them.
internal import Harness
internal import Judgement
internal import Kafka
internal import Posix
internal import Synchronization
internal import World

/// Records of a topic, which is there from the beginning.
struct TopicRows: OutputRows {
    private let view: Handed<TopicView>
    private let reading: RowReading
    private let turn = Turn()

    init(_ view: Handed<TopicView>, _ reading: RowReading) { (self.view, self.reading) = (view, reading) }

    /// One thread asks at a time.
    private final class Turn: Sendable {
        let isTaken = Mutex(())
    }

    private func ask<Answer: Sendable>(_ body: @escaping @Sendable (TopicView) throws -> Answer) async throws -> Answer
    {
        let (view, turn) = (view, turn)
        return try await BlockingThread.run {
            try turn.isTaken.withLock { _ in
                do {
                    return try body(view.value)
                } catch let error as BrokerError {
                    throw OutputError(
                        message: error.code == .unknownTopic
                            ? "the topic \(view.value.topic) is gone" : "\(error)")
                }
            }
        }
    }

    func activity(isAnew: Bool) async throws -> UInt64 {
        try await ask { try $0.ends().reduce(0) { $0 &+ UInt64(clamping: $1) } }
    }

    func isHidden() async throws -> Bool {
        try await ask { view in
            let ends = try view.ends()
            return try zip(view.readableEnds(), ends).contains { $0 < $1 }
        }
    }

    func tally(of count: Int) async throws -> Tally {
        let reading = reading
        return try await ask { view in
            var tally = Tally(count: count)
            try view.forEachValue { value in
                reading.count(value.map { String(decoding: $0, as: UTF8.self) } ?? "", into: &tally)
            }
            return tally
        }
    }

    /// It goes with the broker, or with what else the run has made on it.
    func remove() {}
}
