// The lives of one run, one after the other, until all is done or it will not be.
internal import Harness
internal import Judgement
internal import Kafka
internal import KafkaProxy
internal import Posix
internal import Results
internal import World

/// The lives of a run.
struct PipelineLives: Sendable {
    let trial: PipelineTrial
    let values: Placeholders.Values
    let output: any OutputRows
    let proxy: KafkaProxy
    let offsets: Handed<GroupOffsets>
    let ends: [Offset]
    /// nil: no calls on files are watched.
    let files: WatchedFiles?
    /// Ends when the first life asks for records.
    let asked: AsyncStream<Void>

    /// What shows that all was done where the pipeline has ended with exit code 0.
    static let byItself = "exit"
    /// Lives that may end with an error, one after the other.
    private static let mostFailures = 3
    /// How long a transaction may take to end when everybody is dead and its end had come to the broker.
    private static let endOfTransaction = Duration.seconds(1)

    private func watch(isKillAhead: Bool = false) -> LifeWatch {
        LifeWatch(
            limits: trial.pipeline.drain, output: output, proxy: proxy, offsets: offsets, topic: values.topic,
            ends: ends, offsetsAreGroups: trial.pipeline.offsetsAreGroups, isKillAhead: isKillAhead)
    }

    /// Lets the pipeline live until all is done, or it will not be.
    func live(_ victim: Victim, _ outcome: inout TrialOutcome) async throws {
        try await prepare()
        let clock = ContinuousClock()
        let start = clock.now
        defer { outcome.run.seconds = (clock.now - start) / .seconds(1) }
        var failures = 0
        while true {
            let isFirst = outcome.run.restarts == 0
            let watch = watch(isKillAhead: isFirst && trial.moment != nil)
            let born = clock.now
            let ending = try await life(victim, watch, killedAfter: isFirst ? trial.moment : nil)
            victim.set(nil)
            try Task.checkCancellation()
            let isOver = watch.outcome != nil || ending.exit == .finished
            outcome.run.noteLife(
                victim.hasFired || ending.exit == .killed && !isOver ? "killed" : isOver ? "finished" : "failed",
                from: born - start, to: clock.now - start, watch)
            let silence = watch.firstFetch ?? (clock.now - born)
            // What the first takes to start is its own: no member before it holds its group up.
            if isFirst {
                outcome.firstSilence = silence
                outcome.run.askedSeconds = watch.firstFetch.map { $0 / .seconds(1) }
                outcome.run.rowsSeconds = watch.lastChange.map { $0 / .seconds(1) }
            } else {
                if outcome.run.fired, outcome.run.recoverySeconds == nil {
                    outcome.run.recoverySeconds = watch.firstFetch.map { $0 / .seconds(1) }
                }
                outcome.longestSilence = max(outcome.longestSilence, silence - outcome.firstSilence)
            }
            outcome.run.hiddenSeconds += watch.hidden / .seconds(1)
            outcome.rowsAfterCommit = outcome.rowsAfterCommit || watch.sawRowsAfterCommit
            if let failure = files?.failure {
                outcome.run.invalidReason = "it cannot be killed behind a call on a file: \(failure)"
                return
            }
            if victim.hasFired {
                try await takeStock(watch, &outcome)
                outcome.run.noteRows(outcome.run.atKill?.sinkRows)
                victim.spare()
            } else if let decided = watch.outcome {
                switch decided {
                case .drained(let by): outcome.run.drainedBy = by
                case .timedOut(let why):
                    let limit = trial.pipeline.drain.timeoutSeconds
                    let obstacle = try await BlockingThread.run { [proxy] in proxy.obstacle }
                    outcome.run.invalidReason =
                        "it was not done after \(limit) s: \(why)"
                        + (obstacle.map { "; the proxy does not reach a broker, \($0)" } ?? "")
                case .robbed(let message): outcome.run.invalidReason = message
                case .unreadable(let message): outcome.run.invalidReason = "its output cannot be read: \(message)"
                }
                return
            } else {
                switch ending.exit {
                case .finished:
                    outcome.run.drainedBy = Self.byItself
                    let late = self.watch()
                    let isShown = try await late.waitUntilShown(
                        until: clock.now + .seconds(trial.pipeline.drain.timeoutSeconds))
                    outcome.run.hiddenSeconds += late.hidden / .seconds(1)
                    if !isShown { outcome.run.invalidReason = "rows stay hidden behind an open transaction" }
                    return
                case .killed:
                    outcome.run.invalidReason = "it was killed by somebody else"
                    return
                case .failed(let diagnosis):
                    failures += 1
                    outcome.failures.append(diagnosis.cause)
                    guard failures <= Self.mostFailures else {
                        outcome.run.invalidReason = "\(failures) lives ended with an error: \(diagnosis.cause)"
                        return
                    }
                }
            }
            outcome.run.restarts += 1
            try await beginAgain()
        }
    }

    /// One life, which is watched for as long as it may have to be killed at a call on a file.
    private func life(_ victim: Victim, _ watch: LifeWatch, killedAfter moment: Int?) async throws -> LifeEnding {
        @Sendable func live(_ launcher: [String]) async throws -> LifeEnding {
            var subject = trial.subject(trial.pipeline.command, values)
            subject.launcher = launcher
            return try await subject.live([:]) { life in
                victim.set(life)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await watch.follow(life) }
                    if let moment { group.addTask { try await kill(victim, after: moment) } }
                    try await group.waitForAll()
                }
            }
        }
        guard let files, !victim.hasEnded else { return try await live([]) }
        let proxy = proxy
        return try await files.watch {
            proxy.freeze()
            victim.kill()
        } _: {
            try await live($0)
        }
    }

    /// Stops all traffic and kills, so long after the life has asked for records, wherever it is then.
    private func kill(_ victim: Victim, after milliseconds: Int) async throws {
        for await _ in asked {}
        try await Task.sleep(for: .milliseconds(milliseconds))
        let proxy = proxy
        try await BlockingThread.run {
            proxy.freeze()
            victim.kill()
        }
    }

    /// Runs what has to be done before.
    private func prepare() async throws {
        for command in trial.pipeline.setup {
            switch try await trial.subject(command, values).live([:], during: { _ in }).exit {
            case .finished: break
            case .failed(let diagnosis):
                throw Diagnosis(cause: "setup: \(diagnosis.cause)", fix: diagnosis.fix, exitCode: .invalidRun)
            case .killed:
                throw Diagnosis(
                    cause: "setup: \(command.joined(separator: " ")) was killed", fix: "run it by itself",
                    exitCode: .invalidRun)
            }
        }
    }

    /// Kills what has not died with its own processes.
    private func killRest() async throws {
        guard let killer = trial.pipeline.killer else { return }
        let exit = try await trial.subject(killer, values).live([:], during: { _ in }).exit
        guard case .failed(let diagnosis) = exit else { return }
        throw Diagnosis(cause: "kill: \(diagnosis.cause)", fix: diagnosis.fix, exitCode: .invalidRun)
    }

    /// Waits for what was under way, and looks at what is there.
    private func takeStock(_ watch: LifeWatch, _ outcome: inout TrialOutcome) async throws {
        try await killRest()
        let proxy = proxy
        _ = try await BlockingThread.run { proxy.settle() }
        do {
            // What hides rows for longer is a transaction that nobody has ended.
            let late = self.watch()
            _ = try await late.waitUntilShown(until: ContinuousClock().now + Self.endOfTransaction)
            let committed = try await watch.committed()
            let tally = try await output.tally(of: trial.pipeline.load.records)
            trial.lookAtKill(tally, committed: committed, &outcome)
        } catch let error as OutputError {
            outcome.run.fired = true
            outcome.unreadAtKill = error.message
        }
    }

    /// Sends members off, and lets the next life connect.
    private func beginAgain() async throws {
        let proxy = proxy
        try await BlockingThread.run {
            proxy.freeze()
            proxy.evict()
            proxy.release()
        }
    }
}
