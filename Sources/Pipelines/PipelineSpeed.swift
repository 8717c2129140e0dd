// How fast a pipeline is when nobody kills it, beside a loop that only reads.
internal import Judgement
internal import Kafka
internal import KafkaProxy
internal import Posix
internal import Results
internal import Statistics
internal import World

/// How many records it takes to tell a speed.
package struct SpeedSize: Sendable {
    /// A run that was over sooner, in seconds, is made again with more records: an output is looked at every 20 ms only.
    package var leastSeconds = 1.0
    /// The most records of a run; one that asks for more is made once.
    package var most = 1_000_000
    /// The least that the loop beside it reads: its first answer is there before its time begins.
    package var plain = 1_000_000

    package init() {}

    /// How many records the next run takes after one that was over too soon; nil where none is needed.
    func next(after records: Int, seconds: Double) -> Int? {
        guard seconds < leastSeconds, records < most else { return nil }
        // No shorter time can be told.
        let missing = leastSeconds * 1.5 / max(seconds, 0.03)
        return Int(min(Double(most), Double(records) * min(50, max(2, missing))))
    }
}

extension PipelineTrial {
    private static let readings = 3

    /// What librdkafka reads in a second through the run's proxy, the middle of a few readings: of the run's topic, or of
    /// a larger one like it.
    func plainSpeed(_ topic: String, _ size: SpeedSize, behind proxy: KafkaProxy) async throws -> Double? {
        var (topic, load) = (topic, pipeline.load)
        if load.records < size.plain {
            (topic, load.records) = ("\(topic)-plain", size.plain)
            try await makeInput(topic, load)
        }
        let ends = load.ends
        return try await BlockingThread.run { [topic] in
            let configuration = try KafkaConfiguration(bootstrap: proxy.bootstrap, properties: [])
            let speeds = try (0..<Self.readings).compactMap { _ -> Double? in
                let (records, seconds) = try PlainLoop.run(
                    configuration, topic: topic, starts: ends.map { _ in 0 }, ends: ends)
                return seconds > 0 ? Double(records) / seconds : nil
            }
            return speeds.isEmpty ? nil : Sample.median(speeds)
        }
    }
}

extension TrialOutcome {
    /// The seconds from the first question for records to the last row; 0 where that was over before anybody could look.
    var busySeconds: Double {
        guard let asked = run.askedSeconds, let rows = run.rowsSeconds else { return 0 }
        return max(0, rows - asked)
    }

    /// The speed of a run that was timed.
    var speed: JudgeResult.Speed {
        var speed = JudgeResult.Speed(records: run.produced)
        speed.plainRecordsPerSecond = plainRecordsPerSecond
        speed.invalidReason = run.emptiness
        guard speed.invalidReason == nil else { return speed }
        if busySeconds > 0 {
            speed.recordsPerSecond = Double(run.produced) / busySeconds
        } else {
            speed.invalidReason = "it was over before anybody could look"
        }
        return speed
    }
}
