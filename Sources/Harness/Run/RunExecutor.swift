// Carries out one run: the lives and deaths of its worker, then the verdict.
package import BrokerScript
internal import Engine
internal import Evidence
internal import Foundation
package import Ingestion
internal import Judgement
internal import Kafka
internal import Posix
package import Results
internal import World

/// Runs workers until one has processed all input.
package struct RunExecutor: Sendable {
    /// More lives than this mean that the worker cannot recover at all.
    package static let mostLives = 20

    package var subject: EngineSubject
    /// Produces the further records of these numbers to what is left of the topic; nil where none may arrive.
    package var produce: (@Sendable (_ sequences: Range<Int>, _ left: GroundTruth) throws -> GroundTruth)?
    /// Carries out at the broker what happens to the topic and to the offsets of a group; nil where nothing may.
    package var carryOut: (@Sendable (BrokerEvent, _ group: String, GroundTruth) throws -> GroundTruth)?
    /// A command of the shell that is run between each death and the next life; nil: none.
    package var betweenLives: String?
    /// Begins and ends a run's script at the broker; nil where nothing may happen there.
    package var script: RunScript?
    /// Says when a run dies whose plan has it die from outside.
    package var signal = SharedFlag()

    /// Makes an executor that does no more than start workers.
    package init(_ subject: EngineSubject) { self.subject = subject }

    /// What the lives of a run came to.
    private struct Lives {
        /// Deaths of the plan.
        var crashesFired = 0
        var restarts = 0
        var unplannedDeaths = 0
        var recoverySeconds = 0.0
        var recovery = RecoveryParts()
        var isDamageMissing = false
        /// Why an event at the broker could not be carried out; the run ends there.
        var eventFailure: String?
        /// Why the script did not happen as a whole.
        var scriptFailure: String?
        /// Why the engine would not go on; the run ends there.
        var refusal: String?
        /// What had been produced in the end.
        var truth: GroundTruth
        /// When the first life began, on the monotonic clock.
        var bornAt: Nanoseconds?
        var timeline: [RunTimeline.Life] = []

        /// Notes a life that is over.
        mutating func note(_ ending: String, from: Nanoseconds, to: Nanoseconds, _ recovery: RecoveryParts?) {
            let start = bornAt ?? from
            bornAt = start
            timeline.append(
                .init(
                    from: Double(from - start) / 1e9, to: Double(max(from, to) - start) / 1e9, ending: ending,
                    recovery: recovery))
        }
    }

    /// Executes `plan` in `directory`, which is new; `progress` gets the fraction of the records read so far.
    ///
    /// - Throws: ``Diagnosis`` when a worker gives up.
    package func execute(
        _ plan: RunPlan, in directory: String, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> RunResult {
        try PosixDisk().makeDirectory(directory)
        let file = try MappedFile(path: "\(directory)/counters", length: EngineCounters.byteCount)
        let counters = EngineCounters(storage: file.memory)
        let total = Double(subject.truth.records)
        let watching = Task {
            while !Task.isCancelled {
                let done = counters[plan.strategy.hasOutput ? .recordsRead : .recordsFetched]
                progress(min(1, Double(done) / total))
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        defer { watching.cancel() }
        let lives = try await liveByScript(plan, in: directory, counters: counters)
        let result = try await BlockingThread.run { try judge(plan, lives: lives, in: directory, counters: counters) }
        watching.cancel()
        _ = await watching.result
        // The counters are words of the file's mapping, which must outlive their last reader.
        withExtendedLifetime(file) {}
        return result
    }

    /// As ``live(_:in:counters:)``, while the plan's script happens at the broker.
    private func liveByScript(_ plan: RunPlan, in directory: String, counters: EngineCounters) async throws -> Lives {
        guard !plan.script.isEmpty, let script else {
            return try await live(plan, in: directory, counters: counters)
        }
        let group = subject.group(in: directory)
        try await BlockingThread.run { try script.begin(plan.script, group) }
        do {
            var lives = try await live(plan, in: directory, counters: counters)
            lives.scriptFailure = try await BlockingThread.run { script.end(plan) }
            return lives
        } catch {
            _ = try? await BlockingThread.run { script.end(plan) }
            throw error
        }
    }

    private func live(_ plan: RunPlan, in directory: String, counters: EngineCounters) async throws -> Lives {
        var lives = Lives(truth: subject.truth)
        var diedAt: Nanoseconds?
        // The kill itself, which comes a little before anybody notices it.
        var killedAt: Nanoseconds = 0
        for life in 0..<RunExecutor.mostLives {
            var configuration = subject.configuration(of: plan, in: directory, truth: life == 0 ? nil : lives.truth)
            // One life for each crash of the plan; the others recover from it.
            if case .points(let crashes) = plan.death {
                if life < crashes.count { configuration.crash = crashes[life].description }
                if life == 0 { configuration.stop = plan.stop }
            }
            let isKilled = life == 0 && plan.death.isFromOutside
            let bornAt = MonotonicClock().now()
            if life == 0 {
                subject.noteSample(of: plan, in: directory, truth: lives.truth, counters: counters, at: bornAt)
            }
            let end = try await subject.live(
                EngineSubject.Orders(configuration, in: directory), dying: life == 0 ? plan.death : .none,
                signal: signal)
            try Task.checkCancellation()
            var recovery: RecoveryParts?
            if let diedAt {
                // Back to work is the first output, or being idle when there was nothing left to output.
                let back = counters[.firstOutputAt] > 0 ? counters[.firstOutputAt] : counters[.idleAt]
                lives.recoverySeconds += back > diedAt ? Double(back - diedAt) / 1e9 : 0
                lives.recovery.add(recoveryFrom: killedAt, as: counters)
                var parts = RecoveryParts()
                parts.add(recoveryFrom: killedAt, as: counters)
                recovery = parts
            }
            func note(_ ending: String, at: Nanoseconds) {
                lives.note(ending, from: bornAt, to: at, recovery)
                subject.noteSample(of: plan, in: directory, truth: lives.truth, counters: counters, at: at)
            }
            switch end.exit {
            case .finished:
                // A failure that a task survives leaves its mark and nobody dead.
                if configuration.crash != nil, counters[.crashesFired] > UInt64(lives.crashesFired) {
                    lives.crashesFired += 1
                    if configuration.stop != nil {
                        // It left in order, and there is more to do.
                        note("left", at: end.at)
                        (diedAt, killedAt) = (end.at, end.at)
                        lives.restarts += 1
                        try await endure(plan.outage, configuration.engine, &lives)
                        continue
                    }
                }
                note("finished", at: end.at)
                return lives
            case .failed(let diagnosis):
                guard diagnosis.isRefusal, !plan.outage.events.isEmpty || plan.expectation.isRefusal else {
                    throw diagnosis
                }
                lives.refusal = diagnosis.cause
                note("failed", at: end.at)
                return lives
            case .killed:
                diedAt = end.at
                lives.restarts += 1
                // Only a death of the plan counts as its crash; any other SIGKILL is somebody else's.
                let wasArmed = configuration.crash != nil && counters[.crashesFired] == UInt64(lives.crashesFired + 1)
                killedAt = wasArmed ? counters[.diedAt] : end.at
                note("killed", at: killedAt)
                if wasArmed || isKilled { lives.crashesFired += 1 } else { lives.unplannedDeaths += 1 }
                if let betweenLives { try await RunExecutor.carryOut(betweenLives) }
                if life == 0 { try await endure(plan.outage, configuration.engine, &lives) }
                if lives.eventFailure != nil { return lives }
            }
        }
        throw Diagnosis(
            cause: "\(plan.strategy.rawValue): the worker died \(RunExecutor.mostLives) times without finishing",
            fix: "this is not expected: please report it with the command", exitCode: .internalError)
    }

    /// Runs a command of the user's between two lives.
    ///
    /// - Throws: ``Diagnosis`` where it fails: what was to happen has not.
    private static func carryOut(_ command: String) async throws {
        var program = Program(.path("/bin/sh"), ["-c", command])
        program.isEndedInOrder = true
        let ending = try await program.run()
        guard ending.exitCode == 0 else {
            let said = ending.errors.isEmpty ? ending.output : ending.errors
            throw Diagnosis(
                cause: "--between-lives \(command): it ended with \(ending.status)"
                    + (said.isEmpty ? "" : ": \(said.prefix(500))"),
                fix: "mend the command, or leave it out", exitCode: .usage)
        }
    }

    /// Lets happen what happens between the first death and the next life.
    private func endure(_ outage: Outage, _ engine: EngineConfiguration, _ lives: inout Lives) async throws {
        for event in outage.events {
            guard let carryOut else { continue }
            do {
                lives.truth = try await BlockingThread.run { [truth = lives.truth] in
                    try carryOut(event, engine.group, truth)
                }
            } catch let error as BrokerError where error.code != .unreachable {
                lives.eventFailure = "\(event.name) could not be carried out: \(error)"
                return
            }
        }
        if outage.arrivals > 0, let produce {
            let produced = lives.truth.records
            lives.truth = lives.truth.followed(
                by: try await BlockingThread.run { [left = lives.truth] in
                    try produce(produced..<produced + outage.arrivals, left)
                })
        }
        guard let damage = outage.damage else { return }
        let struck = try await BlockingThread.run { try damage.strike(engine, disk: PosixDisk()) }
        lives.isDamageMissing = !struck
    }

    private func judge(
        _ plan: RunPlan, lives: Lives, in directory: String, counters: EngineCounters
    ) throws -> RunResult {
        let truth = lives.truth
        var verdict = try plan.verdict(
            truth: truth, origin: subject.origin, in: directory, counters: counters,
            openStore: subject.openStore(of: plan, in: directory))
        // What an engine that refuses to go on leaves undone it has spoken of.
        if lives.refusal != nil { verdict.lostLoudly = verdict.lost }
        let seconds = Double(counters[.workingNanoseconds]) / 1e9
        let crash: String?
        let crashes: Int
        switch plan.death {
        case .none: (crash, crashes) = (nil, 0)
        case .points(let armed):
            crash = (plan.stop.map { "\($0.rawValue) at " } ?? "") + plan.death.when
            crashes = armed.count
        case .time, .outside, .deliveredCount: (crash, crashes) = (plan.death.when, 1)
        }
        let expectation = plan.expectation
        let counts = expectation.counts
        var result = RunResult(
            strategy: plan.strategy.rawValue, sink: plan.outputName, crashPoint: crash,
            crashFired: crashes > 0 && lives.crashesFired == crashes, produced: verdict.produced,
            delivered: verdict.delivered, duplicates: verdict.duplicates, ingestDuplicates: verdict.ingestDuplicates,
            reexecutionDuplicates: verdict.reexecutionDuplicates, lost: verdict.lost, lostLoudly: verdict.lostLoudly,
            corrupted: verdict.corrupted,
            redone: verdict.redone,
            expected: .init(
                duplicates: counts.duplicates, ingestDuplicates: counts.ingestDuplicates, lost: counts.lost,
                refused: counts.isRefused), derivation: expectation.derivation,
            agrees: expectation.agrees(with: verdict, isRefused: lives.refusal != nil),
            invalidReason: RunJudgement.invalidReason(
                plan, crashesFired: lives.crashesFired, unplannedDeaths: lives.unplannedDeaths, verdict: verdict,
                isDamageMissing: lives.isDamageMissing, eventFailure: lives.eventFailure ?? lives.scriptFailure),
            restarts: lives.restarts,
            walBytesWritten: Int64(counters[.walBytesWritten]), diskBytesPeak: Int64(counters[.stateBytesPeak]),
            ingestedBytes: Int64(truth.payloadBytes ?? truth.records * subject.scenario.recordBytes),
            recordsPerSecond: seconds > 0 ? Double(verdict.produced) / seconds : 0,
            recoverySeconds: lives.recoverySeconds, percentOfRaw: nil, recovery: lives.recovery,
            walLiveBytes: Int64(counters[.walLiveBytes]), orphanBytes: Int64(counters[.orphanBytes]),
            orphanBytesAtRecovery: lives.restarts > 0 ? Int64(counters[.orphanBytesAtRecovery]) : 0,
            outputDigest: verdict.outputDigest.isEmpty ? nil : verdict.outputDigest,
            offsetStore: plan.strategy.commitsOffsets ? plan.offsetStore.rawValue : nil)
        // Nothing has happened to a run that did not die, or whose event failed.
        if lives.restarts > 0, lives.eventFailure == nil {
            result.events = plan.events
            result.lostWithoutEvents = plan.lostWithoutEvents
        }
        result.refusal = lives.refusal
        let sight = try subject.sight(of: plan, in: directory)
        result.batchLatencyMicroseconds = LatencySpectrum(
            of: try BatchStatistics.read(runDirectory: "\(directory)/state", disk: PosixDisk()))
        if let bornAt = lives.bornAt {
            result.timeline = RunTimeline(
                lives: lives.timeline,
                samples: subject.samples(of: plan, in: directory, truth: truth, counters: counters, after: bornAt))
        }
        result.uncommitted = sight?.uncommitted
        result.hiddenSeconds = sight?.hiddenSeconds
        return result
    }
}

/// How a run's script is begun and ended at its broker.
package struct RunScript: Sendable {
    /// Begins the events of a plan, whose group this is.
    package var begin: @Sendable (_ events: [EventWords], _ group: String) throws -> Void
    /// Ends them, and says why not all happened; nil when they did.
    package var end: @Sendable (RunPlan) -> String?

    package init(
        begin: @escaping @Sendable ([EventWords], String) throws -> Void, end: @escaping @Sendable (RunPlan) -> String?
    ) {
        self.begin = begin
        self.end = end
    }
}
