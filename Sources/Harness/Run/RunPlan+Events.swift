// Which events between two lives a run can have: those that can happen, and that can make a difference to it.
internal import Engine
internal import Evidence
package import Ingestion
internal import Judgement
internal import World

extension RunPlan {
    /// What happened between the first two lives, each in a sentence.
    package var events: [String] { outage.events.map(\.sentence) }

    /// - Throws: ``Diagnosis`` naming the run and the event.
    package static func refuseImpossibleEvents(of run: Scenario.Run, sink: SinkKind?, in scenario: Scenario) throws {
        guard !run.between.isEmpty else { return }
        func refusal(_ event: BrokerEvent?, _ cause: String, fix: String) -> Diagnosis {
            Diagnosis(
                cause: "\(run.strategy.rawValue): between\(event.map { ": \($0.name)" } ?? "") \(cause)", fix: fix,
                exitCode: .usage)
        }
        guard run.stop == nil else {
            throw refusal(
                nil, "beside a stop: events come after a death", fix: "keep either stop or between in this run")
        }
        guard run.crashes.first?.point.isDeath == true else {
            throw refusal(
                nil, "without a crash that the first life dies of", fix: "give the run a crash, or leave out between")
        }
        guard !scenario.job.keepsState else {
            throw refusal(
                nil, "with job \(scenario.job.rawValue), whose state says nothing of single records",
                fix: "use the job identity and a sink, or leave out between")
        }
        var partitions = scenario.partitions
        for event in run.between {
            switch event {
            case .retention: break
            case .deleteRecords(let partition, _): try check(partition)
            case .topicAnew: break
            case .forgetOffsets: try checkGroup()
            case .moveOffsets(let partition, _):
                try checkGroup()
                if let partition { try check(partition) }
            case .addPartitions(let count):
                partitions += count
                guard ScenarioLimits.partitions.contains(partitions) else {
                    throw refusal(
                        event, "makes it \(partitions) partitions",
                        fix: "a topic has at most \(ScenarioLimits.partitions.upperBound)")
                }
            }
            func check(_ partition: Partition) throws {
                guard Int(partition) < partitions else {
                    throw refusal(
                        event, "names partition \(partition), and there are \(partitions)",
                        fix: "name one from 0 to \(partitions - 1)")
                }
            }
            func checkGroup() throws {
                guard run.strategy.commitsOffsets, run.offsetStore == .kafka else {
                    throw refusal(
                        event, "has no effect: nothing goes on from offsets that its group has committed",
                        fix: "choose a strategy that commits to Kafka (receiver, receiver-reliable, receiver-wal, "
                            + "direct-commit), with offset-store kafka")
                }
            }
        }
        let dealing = run.between.first {
            if case .addPartitions = $0 { true } else { $0 == .topicAnew }
        }
        if let dealing, scenario.isShaped {
            throw refusal(
                dealing,
                "changes where records go, and those of load and start-timestamp are checked to lie where they belong",
                fix: "leave out load and start-timestamp, or the event")
        }
        try refuseBeyondEnd(run, in: scenario, refusal)
    }

    /// A deletion ends at the partition's end: Kafka refuses what lies beyond.
    private static func refuseBeyondEnd(
        _ run: Scenario.Run, in scenario: Scenario, _ refusal: (BrokerEvent?, String, String) -> Diagnosis
    ) throws {
        // With transactions markers come in addition; then the broker says it.
        guard scenario.load?.transactions == nil else { return }
        let counts = LoadPattern(weights: scenario.load?.weights ?? []).spread(
            scenario.records, partitions: scenario.partitions)
        var truth = GroundTruth(records: scenario.records, starts: counts.map { _ in 0 }, ends: counts)
        for event in run.between {
            if case .deleteRecords(let partition, let before) = event, before > truth.ends[Int(partition)] {
                let end = truth.ends[Int(partition)]
                throw refusal(
                    event, "goes to offset \(before) of partition \(partition), which ends at \(end)",
                    "give before a number from 0 to \(end), or raise records")
            }
            let left = truth.after(event)
            if event.removesRecords, left.lows == truth.lows, left.ends == truth.ends {
                throw refusal(
                    event, "has no effect: nothing of the load is older than that",
                    "let it remove something, or leave it out")
            }
            truth = left
        }
    }
}

extension Scenario {
    /// How long a consumer group holds a member that died for alive; nothing, where members do not join.
    package var sessionTimeout: Duration {
        guard case .group(let milliseconds, _) = membership else { return .zero }
        return .milliseconds(milliseconds)
    }
}

extension BrokerEvent {
    /// Whether records go.
    fileprivate var removesRecords: Bool {
        switch self {
        case .retention, .deleteRecords, .topicAnew: true
        case .forgetOffsets, .moveOffsets, .addPartitions: false
        }
    }
}
