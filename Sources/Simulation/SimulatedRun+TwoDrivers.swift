// Two drivers on one state: a second one is started while the first still works, and both are stepped by a seed.
public import Engine
public import World

extension SimulatedRun {
    /// How a driver ended.
    public enum DriverEnd: Equatable, Sendable {
        /// It processed all there was for it.
        case finished
        /// It was refused or fenced, or met another error of the engine's own.
        case stopped(EngineError.Code)
    }

    /// A driver at work.
    private struct Driver {
        var engine: IngestionEngine?
        var end: DriverEnd?
    }

    /// Lets a first driver begin, starts a second one on the same state after up to `latest` of its steps, and steps both
    /// until both have ended. The seed says when the second starts and which of the two steps next.
    ///
    /// - Returns: how the first and the second ended.
    /// - Throws: what an engine throws that is not an ``EngineError``.
    public func twoDrivers(seed: UInt64, latest: Int = 40) throws -> (first: DriverEnd, second: DriverEnd) {
        var random = SeededRandom(seed: seed)
        var first = Driver()
        var second = Driver()
        defer { endProcess() }
        try advance(&first, "first")
        for _ in 0..<Int.random(in: 0...latest, using: &random) { try advance(&first, "first") }
        while true {
            if let firstEnd = first.end, let secondEnd = second.end { return (firstEnd, secondEnd) }
            if Bool.random(using: &random) {
                try advance(&first, "first")
            } else {
                try advance(&second, "second")
            }
        }
    }

    /// Starts a driver, or lets it take one more step.
    private func advance(_ driver: inout Driver, _ name: String) throws {
        guard driver.end == nil else { return }
        do {
            guard let engine = driver.engine else {
                driver.engine = try open(named: name)
                return
            }
            if try engine.step() { return }
            if engine.isFinished() { driver.end = .finished } else { pass(milliseconds: 1) }
        } catch let error as EngineError {
            driver.end = .stopped(error.code)
        }
        if driver.end != nil { driver.engine?.close() }
    }
}
