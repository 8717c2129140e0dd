// How fast a pipeline is when nobody kills it, beside a loop that only reads what it has read.
internal import Judgement
internal import Kafka
internal import KafkaProxy
internal import Posix
internal import Results
internal import Statistics
internal import World

extension PipelineTrial {
    /// One reading of so few records is over too soon to be trusted.
    private static let readings = 5

    /// What librdkafka reads in a second of the run's topic, through its proxy: the middle of a few readings.
    func plainSpeed(_ topic: String, _ ends: [Offset], behind proxy: KafkaProxy) async throws -> Double? {
        try await BlockingThread.run {
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
    /// The speed of a run that was timed.
    var speed: JudgeResult.Speed {
        var speed = JudgeResult.Speed(records: run.produced)
        speed.plainRecordsPerSecond = plainRecordsPerSecond
        speed.invalidReason = run.emptiness
        guard speed.invalidReason == nil else { return speed }
        if let asked = run.askedSeconds, let rows = run.rowsSeconds, rows > asked {
            speed.recordsPerSecond = Double(run.produced) / (rows - asked)
        } else {
            speed.invalidReason = "it was over before anybody could look"
        }
        return speed
    }
}
