// The experiment `copies-on-disk`: the bytes that each strategy writes for each byte it ingests.
internal import Bench
internal import Engine
internal import Harness
internal import Ingestion
internal import Results

/// Measures `receiver-wal` with one to three copies of its log and with a compressed one, beside the direct strategies.
struct CopiesOnDisk: Experiment {
    private static let direct: [Strategy] = [.direct, .directLogFirst]

    func run(on stage: Stage) async throws -> ExperimentOutcome {
        let settings = stage.benchSettings([.receiverWal] + CopiesOnDisk.direct, [.counting], pairs: 1)
        let copies = try await stage.bench(
            BenchSweep(base: settings, key: .replicas, values: [1, 2, 3]), part: 0, of: 3)
        let compressed = try await stage.bench(
            BenchSweep(
                base: stage.benchSettings([.receiverWal], [.counting], pairs: 1), key: .zstdLevel, values: [1]),
            part: 1, of: 3)
        var byTopic = stage.benchSettings([.receiverWal], [.counting], pairs: 1)
        let hasNative = (try? ClientKind.native.check(stage.options.properties)) != nil
        byTopic.clients = hasNative ? ClientKind.allCases : [.librdkafka]
        let topics = try await stage.bench(
            BenchSweep(base: byTopic, key: .topicCompression, values: Array(TopicCompression.allCases.indices)),
            part: 2, of: 3)
        var outcome = ExperimentOutcome()
        for result in [copies, compressed, topics] { outcome.take(result) }

        var table = ResultTable(
            title: "Bytes on disk for each byte ingested",
            columns: [
                .init("strategy", isNumeric: false), .init("log", isNumeric: false), .init("log bytes/byte"),
                .init("log bytes at most"), .init("checkpoints and plans, bytes"), .init("write calls"),
                .init("syncs"), .init("records/s"),
            ])
        var cases: [ClaimCase] = []
        for row in copies.rows + compressed.rows where row.strategy != Strategy.raw.rawValue {
            let isReceiver = row.strategy == Strategy.receiverWal.rawValue
            // Without a log the number of its copies says nothing, so one row is enough.
            guard isReceiver || row.setting == "replicas=1" else { continue }
            let log = isReceiver ? CopiesOnDisk.words(row.setting) : "none"
            table.rows.append([
                row.strategy, log, CopiesOnDisk.factor(row.walBytesPerIngestedByte), "\(row.walBytesPeak)",
                "\(row.checkpointBytes)", "\(row.writeCalls)", "\(row.fsyncs)", "\(Int(row.recordsPerSecond))",
            ])
            outcome.findings.evidence["\(row.strategy), log \(log): bytes per ingested byte"] =
                row.walBytesPerIngestedByte
            outcome.findings.evidence["\(row.strategy), log \(log): records per second"] = row.recordsPerSecond
            if isReceiver {
                cases.append(ClaimCase(label: "beside a log of \(log)", holds: row.walBytesPerIngestedByte >= 1))
            } else {
                cases.append(ClaimCase(label: "\(row.strategy) writes no record", holds: row.walBytesPeak == 0))
            }
        }
        outcome.findings.tables = [table, CopiesOnDisk.table(of: topics, &outcome, &cases)]
        outcome.findings.notes = [
            "copies of the log are simulated replicas: written and synced one after the other on one machine",
            "the records are letters chosen by the seed, which zstd brings to about half",
            "of batches as they came, which the native client logs, the log is as compressed as the topic; of records one by "
                + "one, librdkafka's, it is not" + (hasNative ? "" : ": this client lacks what the properties ask for"),
            "Kafka keeps its own copy of every record in all cases; it is not counted here",
        ]
        outcome.claimCases = cases
        return outcome
    }

    /// One copy of the log, by how the producer has compressed the topic and by who reads it.
    private static func table(
        of topics: BenchResult, _ outcome: inout ExperimentOutcome, _ cases: inout [ClaimCase]
    ) -> ResultTable {
        var table = ResultTable(
            title: "One copy of the log, by how the topic is compressed",
            columns: [
                .init("topic", isNumeric: false), .init("client", isNumeric: false), .init("log bytes/byte"),
                .init("log bytes at most"), .init("records/s"),
            ])
        for row in topics.rows where row.strategy == Strategy.receiverWal.rawValue {
            let topic = String(row.setting.drop { $0 != "=" }.dropFirst())
            let client = row.client ?? ""
            table.rows.append([
                topic, client, factor(row.walBytesPerIngestedByte), "\(row.walBytesPeak)",
                "\(Int(row.recordsPerSecond))",
            ])
            outcome.findings.evidence["topic \(topic), \(client): bytes per ingested byte"] =
                row.walBytesPerIngestedByte
            // The other one's does not depend on it.
            guard row.client == ClientKind.native.rawValue else { continue }
            let label = "beside a log of batches as they came" + (topic == "none" ? "" : ", \(topic)")
            cases.append(ClaimCase(label: label, holds: row.walBytesPerIngestedByte >= 1))
        }
        return table
    }

    private static func words(_ setting: String) -> String {
        switch setting {
        case "replicas=1": "one copy"
        case "replicas=2": "two copies"
        case "replicas=3": "three copies"
        default: "one copy, zstd level 1"
        }
    }

    /// A factor with three places.
    private static func factor(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}
