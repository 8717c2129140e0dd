// The experiment `locality`: how much of what tasks read lies on their own host, when a topic is spread over brokers.
internal import Engine
internal import Harness
internal import Ingestion
internal import Judgement
internal import Kafka
internal import Posix
internal import Results
internal import Simulation
internal import World

/// Runs `direct-log-first` in a simulated cluster of several brokers, and places its tasks in each way there is. In the
/// middle of the run one broker is restarted, and what it led is led elsewhere from then on. Where a real cluster is
/// given, its leaders and what was read from each are shown too.
struct Locality: Experiment {
    private static let brokers = 3
    private static let replication = 2

    func run(on stage: Stage) async throws -> ExperimentOutcome {
        var outcome = try simulated(stage.scenario, shape: stage.shapeByCount())
        if stage.options.brokers != nil { try await addReal(on: stage, to: &outcome) }
        return outcome
    }

    // MARK: Simulated brokers

    private func simulated(_ scenario: Scenario, shape: LoadShape) throws -> ExperimentOutcome {
        let world = SimulatedRun(strategy: .directLogFirst, sink: .append, shape: shape, seed: scenario.seed)
        let reads = try PlacedReads(of: world)
        let verdict = try world.verdict()
        let atStart = BrokerTopology(
            brokers: Locality.brokers, partitions: scenario.partitions, replication: Locality.replication)
        var later = atStart
        later.moveLeaders(from: 0)
        let middle = reads.batches / 2

        var outcome = ExperimentOutcome()
        var table = ResultTable(
            title:
                "Simulated: \(Locality.brokers) brokers, \(Locality.replication) replicas, an engine on the same hosts",
            columns: [
                .init("tasks run", isNumeric: false), .init("records read"), .init("from their own host"),
                .init("read after broker 0 restarted"), .init("of these, from their own host"),
            ])
        var cases: [ClaimCase] = []
        for placement in TaskPlacement.allCases {
            func count(_ batches: Range<Int>, _ now: BrokerTopology) -> (local: Int, all: Int) {
                reads.count(in: batches, placement, topic: "simulated", atStart: atStart, now: now)
            }
            let first = count(0..<middle, atStart)
            let second = count(middle..<reads.batches, later)
            let label = Locality.label(placement)
            table.rows.append([
                label, "\(first.all)", Locality.share(first), "\(second.all)", Locality.share(second),
            ])
            outcome.findings.evidence.merge([
                "\(label): records read": Double(first.all + second.all),
                "\(label): records read from their own host": Double(first.local + second.local),
            ]) { $1 }
            cases.append(
                ClaimCase(label: label, holds: first.local == first.all && second.local == second.all && first.all > 0))
        }
        outcome.findings.tables = [table]
        outcome.findings.notes = [
            "the cluster is simulated: leaders by turns, followers shifted, as Kafka places them",
            "a block of a file system is read from any replica; a partition from its leader, unless the cluster lets "
                + "consumers fetch from the nearest replica (KIP-392)",
        ]
        if verdict.duplicates + verdict.lost > 0 || reads.batches < 2 {
            outcome.findings.invalidReason =
                "the simulated run read \(reads.batches) batches, with "
                + "\(verdict.duplicates) duplicates and \(verdict.lost) lost"
        }
        outcome.claimCases = cases
        return outcome
    }

    private static func label(_ placement: TaskPlacement) -> String {
        switch placement {
        case .apart: "on hosts of the engine's own"
        case .hash: "by the partition's hash"
        case .leaderAtStart: "on the host of the first leader"
        case .leader: "on the leader's host, looked up for each batch"
        case .nearestReplica: "on a replica's host, reading the nearest replica"
        }
    }

    private static func share(_ count: (local: Int, all: Int)) -> String {
        count.all == 0 ? "-" : "\(count.local) (\(count.local * 100 / count.all) %)"
    }

    // MARK: A real cluster

    private func addReal(on stage: Stage, to outcome: inout ExperimentOutcome) async throws {
        let topic = try await stage.makeTopic(partitions: stage.scenario.partitions)
        let truth = try await stage.produceLoad(to: topic)
        let leaders = try await BlockingThread.run {
            let cluster = try KafkaCluster(stage.host.value.configuration)
            defer { cluster.close() }
            return try cluster.leaders(of: topic)
        }
        let found = try await stage.execute(
            Variant(label: "direct-log-first", strategy: .directLogFirst), in: "real", topic: topic, truth: truth)
        try await stage.remove("real")
        if let complaint = found.complaint { outcome.findings.complaints.append(complaint) }
        var records: [BrokerAddress: Int] = [:]
        var partitions: [BrokerAddress: Int] = [:]
        for (partition, leader) in leaders.enumerated() {
            guard let leader else { continue }
            records[leader, default: 0] += Int(truth.ends[partition] - truth.starts[partition])
            partitions[leader, default: 0] += 1
        }
        var table = ResultTable(
            title: "The cluster at \(stage.host.value.configuration.bootstrap)",
            columns: [
                .init("broker", isNumeric: false), .init("partitions led"), .init("records read from it"),
                .init("on this machine", isNumeric: false),
            ])
        var local = 0
        for broker in records.keys.sorted(by: { $0.id < $1.id }) {
            let isHere = Hosts.isOwn(broker.host)
            if isHere { local += records[broker] ?? 0 }
            table.rows.append([
                "\(broker.id) \(broker.host):\(broker.port)", "\(partitions[broker] ?? 0)", "\(records[broker] ?? 0)",
                isHere ? "yes" : "no",
            ])
        }
        outcome.findings.tables.append(table)
        outcome.findings.evidence["real cluster: brokers read from"] = Double(records.count)
        outcome.findings.evidence["real cluster: records read"] = Double(truth.records)
        outcome.findings.evidence["real cluster: records read on this machine"] = Double(local)
    }
}
