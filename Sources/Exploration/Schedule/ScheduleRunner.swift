// Runs one schedule from its beginning to the verdict.
internal import Engine
internal import Judgement
public import Simulation
internal import World

/// The hash of a schedule's lives: each life's own hash, and how the life ended, in order.
struct LivesHash {
    private(set) var hash = StableHash()

    mutating func add(_ life: StableHash, end: Schedule.Life?) {
        hash.add(life.value)
        if let end { hash.add(end.description) }
    }

    mutating func finish(_ outcome: Outcome) -> String {
        outcome.add(to: &hash)
        return hash.text
    }
}

/// What a life threw that ended it where the schedule said so.
struct Stopped: Error {}

extension Schedule {
    /// Runs the schedule.
    ///
    /// `visit` is called at every crash point with the number of the life, from 0, and may fork the run; it is not called
    /// at torn points.
    public func run(
        visit: @escaping (_ life: Int, SimulatedRun) -> Void = { _, _ in },
        lifeEnded: (_ life: Int, SimulatedRun) -> Void = { _, _ in }, isRecording: Bool = false
    ) -> Outcome {
        let run = makeRun()
        run.trace.isRecording = isRecording
        var outcome = Outcome()
        var hash = LivesHash()
        for (number, life) in lives.enumerated() {
            run.arm(life.faults)
            switch run.live(until: life.crash, visit: { visit(number, $0) }) {
            case .end: if life.crash != nil { outcome.fired = false }
            case .crash: break
            // Without a fault nothing may stop a life.
            case .failed(let failure): if life.faults.isEmpty { outcome.failure = outcome.failure ?? failure }
            }
            hash.add(run.trace.hash, end: life)
            lifeEnded(number, run)
            end(life, of: run)
        }
        finish(run, &outcome, &hash) { visit(lives.count, $0) }
        lifeEnded(lives.count, run)
        return outcome
    }

    /// What a life leaves to the next.
    func end(_ life: Life, of run: SimulatedRun) {
        if let loss = life.powerLoss { run.disk.losePower(loss) }
        let outage = Outage(arrivals: life.arrivals, restartBatch: restartBatch)
        // Only damage can fail, and there is none.
        if outage != Outage() { _ = try? run.endure(outage) }
    }

    /// The last life, and the verdict.
    func finish(
        _ run: SimulatedRun, _ outcome: inout Outcome, _ hash: inout LivesHash,
        visit: @escaping (SimulatedRun) -> Void = { _ in }
    ) {
        if case .failed(let failure) = run.live(until: nil, visit: visit) {
            outcome.failure = outcome.failure ?? failure
        }
        hash.add(run.trace.hash, end: nil)
        do {
            outcome.take(try run.verdict())
        } catch {
            outcome.failure = outcome.failure ?? "no verdict: \(error)"
        }
        outcome.traceHash = hash.finish(outcome)
    }
}

/// How a life ended.
enum LifeStop: Equatable {
    /// All input was processed.
    case end
    /// The crash fired.
    case crash
    /// The engine failed of itself.
    case failed(String)
}

extension SimulatedRun {
    /// Lives until the crash fires; `visit` is called at each crash point before it, not at torn ones.
    func live(until crash: ArmedCrash?, visit: @escaping (SimulatedRun) -> Void = { _ in }) -> LifeStop {
        do {
            try explore(tears: crash?.point.moment == .torn) { [unowned self] point, occurrence in
                if let crash, point == crash.point, crash.occurrence <= occurrence,
                    occurrence - crash.occurrence < crash.times
                {
                    throw point.isDeath ? Stopped() as any Error : TaskFailure(at: point)
                }
                if point.moment != .torn { visit(self) }
            }
            return .end
        } catch is Stopped {
            return .crash
        } catch {
            return .failed("\(error)")
        }
    }
}
