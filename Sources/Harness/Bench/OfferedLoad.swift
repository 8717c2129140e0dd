// The open loop's generator: sends each record at its time, and says how late it was.
internal import Engine
internal import Histogram
internal import Kafka
internal import Posix
internal import Synchronization
internal import World

/// A load that is offered by a schedule, whatever becomes of it.
struct OfferedLoad: Sendable {
    /// 99 of 100 records must be sent at most so long after their time, or the generator was not the schedule's equal.
    static let allowedLateness: Nanoseconds = 100_000_000

    var schedule: OfferedSchedule
    var records: Int
    var recordBytes: Int
    var seed: UInt64

    /// How the generator did.
    struct Report: Sendable {
        /// Latenesses in microseconds.
        var latenessP99: UInt64
        var latenessMax: UInt64

        /// Whether the schedule was kept.
        var keptUp: Bool { latenessP99 * 1000 <= OfferedLoad.allowedLateness }
    }

    /// What the topic holds when all is sent.
    var truth: GroundTruth {
        let partitions = schedule.starts.count
        return GroundTruth(
            records: records, starts: schedule.starts,
            ends: schedule.starts.enumerated().map { index, start in
                start + Offset(records / partitions + (index < records % partitions ? 1 : 0))
            })
    }

    /// Sends all records; `begin` is told on the monotonic clock when the first one will be. Blocks.
    ///
    /// - Throws: `BrokerError`, or `CancellationError` once `isCancelled` is set.
    func send(
        to topic: String, configuration: KafkaConfiguration, isCancelled: Flag, begin: (Nanoseconds) -> Void
    ) throws -> Report {
        // A record must not wait long for others to fill a batch; the user's own properties still win.
        let quick = try KafkaConfiguration(
            bootstrap: configuration.bootstrap,
            properties: [KafkaProperty(name: "linger.ms", value: "5")] + configuration.properties)
        let producer = try KafkaProducer(quick, topic: topic)
        defer { producer.close() }
        let clock = MonotonicClock()
        let start = clock.now() + 10_000_000
        begin(start)
        let partitions = schedule.starts.count
        var lateness = Histogram<UInt64>(
            highestTrackableValue: 7_200_000_000, numberOfSignificantValueDigits: .three)
        _ = try producer.produce(count: records, recordCapacity: recordBytes) { index, buffer in
            let due = start + schedule.time(of: index)
            var now = clock.now()
            while now < due {
                if isCancelled.isSet { throw CancellationError() }
                clock.sleep(min(due - now, 1_000_000))
                now = clock.now()
            }
            if index & 1023 == 0, isCancelled.isSet { throw CancellationError() }
            _ = lateness.record((now - due) / 1_000)
            LoadGenerator.fill(buffer, with: index, bytes: recordBytes, seed: seed)
            return OutgoingRecord(partition: Partition(index % partitions), valueLength: recordBytes)
        }
        return Report(latenessP99: lateness.valueAtPercentile(99), latenessMax: lateness.max)
    }
}

/// A flag that is set once, safe to share between threads.
final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }

    func set() { value.store(true, ordering: .relaxed) }
}
