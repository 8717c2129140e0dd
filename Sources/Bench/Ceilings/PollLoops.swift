// Ways to poll a topic that take turns, each in a process of its own: `raw` with each client, and three loops in C.
internal import Engine
internal import Foundation
internal import Harness
internal import Kafka
internal import Posix
internal import Results
internal import World

/// Lets the loops take turns.
struct PollLoops {
    /// Records of the topic.
    let records: Int
    /// What tells each child what to read; counters are new with each call.
    let told: () -> WorkerConfiguration
    /// A folder for their files.
    let directory: String
    /// The binary that has their commands.
    let executable: String

    private enum Kind: Equatable {
        case raw(ClientKind)
        case plain
        case bare
        case log

        var name: String {
            switch self {
            case .raw(.librdkafka): "raw"
            case .raw(.native): "raw / native"
            case .plain: "plain loop"
            case .bare: "bare loop"
            case .log: "log loop"
            }
        }
    }

    /// One turn of a loop.
    private struct Turn {
        var recordsPerSecond: Double
        var cpuMicroseconds: Double
    }

    /// Measures rounds in which each takes one turn; who goes first takes turns too.
    ///
    /// - Throws: ``Diagnosis``.
    func measure(
        pairs: Int, partitions: Int, isBareOpen: Bool, _ progress: (Double, String) -> Void
    ) async throws -> CeilingsResult.Poll {
        let kinds: [Kind] =
            [.raw(.librdkafka), .plain] + (isBareOpen ? [.raw(.native), .bare, .log] : [])
        var turns: [[Turn]] = kinds.map { _ in [] }
        for pair in 0..<pairs {
            progress(Double(pair) / Double(pairs), "polling, round \(pair + 1)")
            for step in kinds.indices {
                let index = (pair + step) % kinds.count
                turns[index].append(try await turn(of: kinds[index]))
            }
        }
        func rates(_ kind: Kind) -> [Double]? {
            kinds.firstIndex(of: kind).map { turns[$0].map(\.recordsPerSecond) }
        }
        let plain = rates(.plain) ?? []
        return CeilingsResult.Poll(
            records: records, partitions: partitions, rawRecordsPerSecond: rates(.raw(.librdkafka)) ?? [],
            plainLoopRecordsPerSecond: plain,
            loops: zip(kinds, turns).map { kind, turns in
                CeilingsResult.Loop(
                    name: kind.name, recordsPerSecond: turns.map(\.recordsPerSecond),
                    cpuMicrosecondsPerRecord: turns.map(\.cpuMicroseconds), toPlain: plain, toBare: rates(.bare))
            })
    }

    private func turn(of kind: Kind) async throws -> Turn {
        switch kind {
        case .raw(let client): try await raw(client)
        case .plain: try await loop("plain")
        case .bare: try await loop("bare", ["--bare"])
        case .log: try await loop("log", ["--log", "\(directory)/answers"])
        }
    }

    private var toldPath: String { "\(directory)/ceilings.json" }

    private func raw(_ client: ClientKind) async throws -> Turn {
        var told = told()
        told.client = client
        let reportPath = "\(directory)/report.json"
        told.measurement = .init(reportPath: reportPath, logReplicas: 1, schedule: nil, plantedSlowdown: 0)
        let file = try MappedFile(path: told.countersPath, length: EngineCounters.byteCount)
        let counters = EngineCounters(storage: file.memory)
        for counter in EngineCounters.Counter.allCases { counters[counter] = 0 }
        let worker = WorkerProcess(executable: executable)
        if case .failed(let diagnosis) = try await worker.run(told, at: toldPath).exit { throw diagnosis }
        let report = try JSONDecoder().decode(
            TrialReport.self, from: Data(try PosixDisk().contents(of: reportPath)))
        return withExtendedLifetime(file) {
            let fetched = Double(max(1, counters[.recordsFetched]))
            return Turn(
                recordsPerSecond: fetched / (Double(max(1, counters[.workingNanoseconds])) / 1e9),
                cpuMicroseconds: report.processorSeconds / fetched * 1e6)
        }
    }

    private func loop(_ name: String, _ options: [String] = []) async throws -> Turn {
        let told = told()
        try told.write(to: toldPath)
        var loop = Program(.path(executable), ["plain-loop", toldPath] + options)
        loop.input = try told.lineOfProperties()
        let ending = try await loop.run()
        let figures = ending.output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard ending.exitCode == 0, figures.count == 2 else {
            throw Diagnosis(
                cause: "the \(name) loop in C ended unexpectedly: \(ending.errors)",
                fix: name == "log"
                    ? "make room for \(records) records where --out is, or poll fewer with --records; else please report it"
                    : "this is not expected: please report it with the command", exitCode: .internalError)
        }
        return Turn(recordsPerSecond: figures[0], cpuMicroseconds: figures[1])
    }
}

/// What `kbench plain-loop FILE` does.
public enum PlainLoopProcess {
    /// Polls what the worker's file describes, in C: on librdkafka, or with `isBare` on a socket. Drops it, or writes it
    /// from the socket to a file `log` that does not stay.
    ///
    /// - Returns: records a second, and the microseconds of processor time for each.
    /// - Throws: ``Diagnosis``.
    public static func run(
        configurationPath: String, isBare: Bool, log: String?
    ) throws -> (recordsPerSecond: Double, cpuMicroseconds: Double) {
        do {
            let worker = try WorkerConfiguration.received(from: configurationPath)
            let kafka = try KafkaConfiguration(
                bootstrap: worker.bootstrap,
                properties: KafkaConfiguration.properties(fromArguments: worker.properties))
            let (starts, ends) = (worker.engine.starts, worker.engine.ends)
            let before = ProcessUse.processorSeconds()
            let (records, seconds) =
                isBare || log != nil
                ? try BareLoop.run(
                    kafka.bootstrap, topic: worker.topic, starts: starts,
                    records: zip(starts, ends).reduce(0) { $0 + Int($1.1 - $1.0) }, log: log)
                : try PlainLoop.run(kafka, topic: worker.topic, starts: starts, ends: ends)
            let now = ProcessUse.processorSeconds()
            let used = now.user + now.system - before.user - before.system
            return (seconds > 0 ? Double(records) / seconds : 0, used / Double(max(1, records)) * 1e6)
        } catch {
            throw Diagnosis(of: error)
        }
    }
}
