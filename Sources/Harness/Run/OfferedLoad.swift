// The open loop's generator: sends each record at its time, and says how late it was.
internal import Engine
internal import Histogram
package import Kafka
internal import Posix
internal import Synchronization
package import World

/// A load that is offered by a schedule, whatever becomes of it.
package struct OfferedLoad: Sendable {
    /// 99 of 100 records must be sent at most so long after their time, or the generator was not the schedule's equal.
    package static let allowedLateness: Nanoseconds = 100_000_000

    package var schedule: OfferedSchedule
    package var records: Int
    package var recordBytes: Int
    package var seed: UInt64

    /// Makes a load; nothing is sent yet.
    package init(schedule: OfferedSchedule, records: Int, recordBytes: Int, seed: UInt64) {
        self.schedule = schedule
        self.records = records
        self.recordBytes = recordBytes
        self.seed = seed
    }

    /// How the generator did.
    package struct Report: Codable, Sendable {
        /// Latenesses in microseconds.
        package var latenessP99: UInt64
        package var latenessMax: UInt64

        /// Whether the schedule was kept.
        package var keptUp: Bool { latenessP99 * 1000 <= OfferedLoad.allowedLateness }
    }

    /// What the topic holds when all is sent.
    package var truth: GroundTruth {
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
    package func send(
        to topic: String, configuration: KafkaConfiguration, isCancelled: SharedFlag, begin: (Nanoseconds) -> Void
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
