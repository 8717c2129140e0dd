// The time that a rate is worked out from: it begins when records are asked for, not when the first ones are there.
import Engine
import Ingestion
import Simulation
import Testing
import World

@Suite struct WorkingTimeTests {
    @Test(
        "N9: the clock begins before the first fetch is asked for",
        arguments: [Strategy.raw, .receiver, .receiverWal, .direct, .directLogFirst])
    func theFirstFetchBelongsToTheWork(strategy: Strategy) throws {
        let run = SimulatedRun(strategy: strategy, sink: .append, shape: .small())
        #expect(run.liveWithFaults([.fetchIsSlow(at: 1, milliseconds: 1_000)]) == nil)
        #expect(run.counters[.workingNanoseconds] >= 1_000_000_000)
    }
}
