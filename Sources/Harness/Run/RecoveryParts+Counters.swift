// Works out the parts of one recovery from the moments that the worker noted.
package import Engine
package import Results
package import World

extension RecoveryParts {
    /// Adds the recovery from a kill at `killedAt`, as far as the life that `counters` are of has come.
    package mutating func add(recoveryFrom killedAt: Nanoseconds, as counters: EngineCounters) {
        // Each part begins where the one before it ended, so together they last from the kill to the first fresh output.
        var reached = killedAt
        func part(until counter: EngineCounters.Counter, _ seconds: inout Double?) {
            let at = counters[counter]
            guard at >= reached else { return }
            seconds = (seconds ?? 0) + Double(at - reached) / 1e9
            reached = at
        }
        part(until: .startedAt, &detectSeconds)
        part(until: .openedAt, &openSeconds)
        part(until: .recoveredAt, &readSeconds)
        part(until: .replayedAt, &replaySeconds)
        // Output of blocks that the log has kept waits for no fetch.
        let fresh = counters[.firstFreshOutputAt]
        if fresh == 0 || counters[.refetchedAt] <= fresh { part(until: .refetchedAt, &refetchSeconds) }
        part(until: .firstFreshOutputAt, &firstFreshOutputSeconds)
    }
}
