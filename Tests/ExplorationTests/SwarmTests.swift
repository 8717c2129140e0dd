// Random schedules: decided by their seeds alone.
import Testing

@testable import Exploration

@Suite struct SwarmTests {
    @Test func aSoundEngineKeepsItsPromises() throws {
        let result = try Swarm(seeds: 0..<300).run()
        #expect(result.seeds == 300 && result.brokenSeed == nil, "seed \(result.brokenSeed ?? 0)")
        #expect(result.repeated > 0)
    }

    @Test func aSeedIsTheWholeSchedule() throws {
        for seed in UInt64(0)..<50 { #expect(SwarmSchedule.draw(seed: seed) == SwarmSchedule.draw(seed: seed)) }
        #expect(try Swarm(seeds: 0..<20).run() == Swarm(seeds: 0..<20).run())
        #expect(SwarmSchedule.draw(seed: 1) != SwarmSchedule.draw(seed: 2))
    }

    @Test func aScheduleIsReadAsItIsWritten() throws {
        for seed in UInt64(0)..<200 {
            let schedule = SwarmSchedule.draw(seed: seed)
            #expect(try Schedule(json: try schedule.json()) == schedule, "seed \(seed)")
        }
    }
}
