// The experiment `rebalance`: two workers in one consumer group, of which one is killed and comes back.
internal import Engine
internal import Foundation
internal import Harness
internal import Ingestion
internal import Judgement
internal import Kafka
internal import Posix
internal import Results
internal import World

/// Runs two `receiver-wal` workers, each with a folder and a sink of its own, until the group is through.
struct Rebalance: Experiment {
    private static let names = ["a", "b"]
    /// The first worker dies with a block announced and its offsets not committed.
    private static let crash = ArmedCrash(CrashPoint(.receiverOffsetsCommit, .before), at: 3)

    /// What became of one worker.
    private struct Fate {
        var lives = 0
        var crashes = 0
        var revocations = 0
        var refused = 0
        var rows = 0
    }

    func run(on stage: Stage) async throws -> ExperimentOutcome {
        let scenario = stage.scenario
        guard case .count(let block, let batch) = scenario.cuts else {
            throw Diagnosis(
                cause: "\(scenario.name): rebalance needs block-records and batch-records",
                fix: "cut by count, so that the block in flight has a known size", exitCode: .usage)
        }
        let topic = try await stage.makeTopic(partitions: scenario.partitions)
        let truth = try await stage.produceLoad(to: topic)
        let sink = scenario.sinks.first ?? .append
        let configuration = { (name: String) in
            EngineConfiguration(
                strategy: .receiverWal, sink: sink, directory: "\(stage.options.workDirectory)/\(name)/state",
                group: "\(topic)-group", starts: truth.starts, ends: truth.ends,
                cuts: .count(block: block, batch: batch), groupCommitBlocks: scenario.groupCommitBlocks,
                walCompressionLevel: scenario.walCompressionLevel.map { Int32($0) }, fidelity: scenario.fidelity,
                chunkRecords: Scenario.usualChunkRecords,
                membership: scenario.membership == .manual
                    ? .group(sessionTimeoutMilliseconds: 6_000, heartbeatMilliseconds: 1_000) : scenario.membership)
        }
        stage.progress(0, "two workers in one group")
        let (one, other) = (configuration("a"), configuration("b"))
        async let first = live(one, crash: Rebalance.crash, topic: topic, on: stage)
        async let second = live(other, crash: nil, topic: topic, on: stage)
        var fates = try await [first, second]
        let directories = Rebalance.names.map { "\(stage.options.workDirectory)/\($0)/state" }
        for (index, directory) in directories.enumerated() {
            fates[index].rows = try await BlockingThread.run {
                var tally = Tally(count: truth.records)
                try sink.deliveries(ofRunIn: directory, disk: PosixDisk()).count(into: &tally)
                return tally.delivered
            }
        }
        let verdict = try await BlockingThread.run {
            try Verdict(
                of: directories.map { sink.deliveries(ofRunIn: $0, disk: PosixDisk()) },
                against: Production(count: truth.records, place: truth.place),
                readings: Readings(ofRunsIn: directories, disk: PosixDisk()))
        }
        return outcome(verdict, fates, mostInFlight: block * scenario.groupCommitBlocks)
    }

    /// Starts a worker again for as long as it dies of its crash.
    private func live(
        _ engine: EngineConfiguration, crash: ArmedCrash?, topic: String, on stage: Stage
    ) async throws -> Fate {
        let directory = String(engine.directory.dropLast("/state".count))
        try PosixDisk().makeDirectory(directory)
        let file = try MappedFile(path: "\(directory)/counters", length: EngineCounters.byteCount)
        let counters = EngineCounters(storage: file.memory)
        var worker = WorkerConfiguration(
            engine: engine, bootstrap: stage.host.value.configuration.bootstrap,
            properties: stage.host.value.properties, topic: topic, crash: crash?.description,
            countersPath: "\(directory)/counters")
        var fate = Fate()
        let path = "\(directory)/worker.json"
        while true {
            fate.lives += 1
            let ending = try await WorkerProcess(executable: stage.options.workerExecutable)
                .run(worker, at: path).exit
            try Task.checkCancellation()
            if case .failed(let diagnosis) = ending { throw diagnosis }
            fate.crashes = Int(counters[.crashesFired])
            if ending == .finished { break }
            guard worker.crash != nil else {
                throw Diagnosis(
                    cause: "a worker was killed from outside, which nobody planned",
                    fix: "the run can be repeated as it is", exitCode: .invalidRun)
            }
            worker.crash = nil
        }
        fate.revocations = Int(counters[.revocations])
        fate.refused = Int(counters[.commitsRefused])
        withExtendedLifetime(file) {}
        return fate
    }

    private func outcome(_ verdict: Verdict, _ fates: [Fate], mostInFlight: Int) -> ExperimentOutcome {
        var outcome = ExperimentOutcome()
        var workers = ResultTable(
            title: "The workers",
            columns: [
                .init("worker", isNumeric: false), .init("lives"), .init("killed"), .init("partitions taken away"),
                .init("commits refused"), .init("rows"),
            ])
        for (name, fate) in zip(Rebalance.names, fates) {
            workers.rows.append([
                name, "\(fate.lives)", "\(fate.crashes)", "\(fate.revocations)", "\(fate.refused)", "\(fate.rows)",
            ])
        }
        // The block the first worker died with, and every block whose commit the group refused to either of them.
        let most = mostInFlight * (fates.reduce(0) { $0 + $1.crashes + $1.refused })
        var union = ResultTable(
            title: "Both sinks taken together",
            columns: [
                .init("produced"), .init("delivered"), .init("duplicates"), .init("ingested twice"),
                .init("at most"), .init("lost"),
            ])
        union.rows.append([
            "\(verdict.produced)", "\(verdict.delivered)", "\(verdict.duplicates)", "\(verdict.ingestDuplicates)",
            "\(most)", "\(verdict.lost)",
        ])
        outcome.findings.tables = [workers, union]
        outcome.findings.evidence = [
            "produced": Double(verdict.produced), "delivered": Double(verdict.delivered),
            "duplicates": Double(verdict.duplicates), "ingest duplicates": Double(verdict.ingestDuplicates),
            "most duplicates": Double(most), "lost": Double(verdict.lost),
            "commits refused": Double(fates.reduce(0) { $0 + $1.refused }),
        ]
        outcome.findings.notes = [
            "A record that both workers have counts as ingested twice. Every such record was in a block that was "
                + "announced and not committed when its partition changed hands."
        ]
        if verdict.lost > 0 { outcome.findings.complaints.append("\(verdict.lost) records are lost, expected 0") }
        if verdict.corrupted > 0 { outcome.findings.complaints.append("\(verdict.corrupted) rows are corrupted") }
        if verdict.duplicates != verdict.ingestDuplicates || verdict.duplicates > most {
            outcome.findings.complaints.append(
                "\(verdict.duplicates) duplicates, \(verdict.ingestDuplicates) of them ingested twice, expected at most "
                    + "\(most) and all of them ingested twice")
        }
        if fates[0].crashes == 0 {
            outcome.findings.invalidReason = "the crash \(Rebalance.crash) never fired"
        } else if fates[1].revocations == 0 {
            outcome.findings.invalidReason = "the second worker was through before the group changed"
        }
        return outcome
    }
}
