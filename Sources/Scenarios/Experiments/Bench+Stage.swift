// Benchmarks as parts of an experiment: the scenario's load, in a folder of their own.
internal import Bench
internal import Engine
internal import Harness
internal import Ingestion
internal import Results

extension Stage {
    /// A benchmark of the scenario's load with these rows, without latencies and crashes.
    func benchSettings(_ strategies: [Strategy], _ sinks: [SinkKind], pairs: Int) -> BenchSettings {
        var settings = BenchSettings(strategies: strategies, sinks: sinks)
        settings.records = scenario.records
        settings.recordBytes = scenario.recordBytes
        settings.partitions = scenario.partitions
        settings.clients = [scenario.client]
        settings.pairs = pairs
        settings.seed = scenario.seed
        settings.measuresLatency = false
        settings.measuresCrash = false
        if case .count(let block, let batch) = scenario.cuts {
            settings.blockRecords = block
            settings.batchRecords = batch
        }
        return settings
    }

    /// The options of a benchmark, whose files go when it ends while those of the scenario stay.
    var benchOptions: RunOptions {
        var options = options
        options.workDirectory += "/bench"
        // Parts of it have the same names.
        options.journal = nil
        return options
    }

    /// Measures the part `index` of `parts` of the experiment.
    ///
    /// - Throws: ``Diagnosis``.
    func bench(_ sweep: BenchSweep, part index: Int = 0, of parts: Int = 1) async throws -> BenchResult {
        try await BenchRunner(options: benchOptions) { [progress] fraction, label in
            progress((Double(index) + fraction) / Double(parts), label)
        }.run(sweep)
    }
}

extension ExperimentOutcome {
    /// Takes over what makes a benchmark invalid, or not as expected.
    mutating func take(_ result: BenchResult) {
        findings.invalidReason = findings.invalidReason ?? result.invalidReason
        for row in result.rows where !row.agrees {
            findings.complaints.append(
                "\(row.strategy)/\(row.sink): \(row.duplicates) duplicates and \(row.lost) lost without a crash"
                    + (row.crash.map {
                        ", \($0.duplicates) and \($0.lost) after one where \($0.expectedDuplicates) and "
                            + "\($0.expectedLost) are expected"
                    } ?? ""))
        }
    }
}
