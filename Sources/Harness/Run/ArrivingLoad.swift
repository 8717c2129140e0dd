// A load that arrives at a rate while a run is under way.
internal import Engine
internal import Evidence
package import Kafka
internal import Posix
package import Results
internal import World

/// Records that come one after the other, whatever becomes of those before. Where each will lie is known beforehand.
package struct ArrivingLoad: Sendable {
    package let scenario: Scenario
    package let topic: String
    package let configuration: KafkaConfiguration
    /// Records a second.
    package let rate: Int

    /// Makes a load; nothing is sent yet.
    package init(scenario: Scenario, topic: String, configuration: KafkaConfiguration, rate: Int) {
        self.scenario = scenario
        self.topic = topic
        self.configuration = configuration
        self.rate = rate
    }

    /// What the topic holds when all have come.
    package var truth: GroundTruth {
        let layout = scenario.layout(parts: 0..<scenario.records)
        return GroundTruth(
            records: scenario.records, starts: layout.starts, ends: layout.ends, pattern: scenario.pattern,
            layout: layout)
    }

    /// How long a partition may be without a record, in milliseconds, at most.
    package var longestWait: Int { min(1_000_000_000, (scenario.records / rate + 1) * 1_000) }

    /// Sends all records, each no sooner than its time. Blocks.
    ///
    /// - Throws: what ``LoadGenerator`` throws, or `CancellationError` once `isCancelled` is set.
    package func send(isCancelled: SharedFlag) throws -> GroundTruth {
        // A record must not wait long for others to fill a batch; the user's own properties still win.
        let quick = try KafkaConfiguration(
            bootstrap: configuration.bootstrap,
            properties: [KafkaProperty(name: "linger.ms", value: "5")] + configuration.properties)
        let clock = MonotonicClock()
        let start = clock.now()
        return try LoadGenerator.produce(
            scenario: scenario, topic: topic, configuration: quick,
            pace: { place in
                let due = start + Nanoseconds(Double(place) / Double(rate) * 1e9)
                while clock.now() < due {
                    if isCancelled.isSet { throw CancellationError() }
                    clock.sleep(min(due - min(due, clock.now()), 10_000_000))
                }
                if place & 1023 == 0, isCancelled.isSet { throw CancellationError() }
            }, progress: { _ in })
    }

    private enum Part: Sendable {
        case run(RunResult)
        case sent(GroundTruth)
    }

    /// Lets `run` go on while the records come.
    package func accompany(_ run: @escaping @Sendable () async throws -> RunResult) async throws -> RunResult {
        let isCancelled = SharedFlag()
        return try await withTaskCancellationHandler {
            try await withThrowingTaskGroup(of: Part.self) { group in
                group.addTask { .run(try await run()) }
                group.addTask { .sent(try await BlockingThread.run { try send(isCancelled: isCancelled) }) }
                var result: RunResult?
                var bytes: Int?
                do {
                    for try await part in group {
                        switch part {
                        case .run(let run): result = run
                        case .sent(let truth): bytes = truth.payloadBytes
                        }
                    }
                } catch {
                    isCancelled.set()
                    group.cancelAll()
                    throw error
                }
                // Our own bug: the group has both parts, or it has thrown.
                guard var result else { preconditionFailure("a run without a result") }
                if let bytes { result.ingestedBytes = Int64(bytes) }
                return result
            }
        } onCancel: {
            isCancelled.set()
        }
    }
}
