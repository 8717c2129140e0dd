// Random schedules: decided by their seeds alone.
import Simulation
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

    @Test("A script's faults strike in first lives, and change nothing else that is drawn")
    func script() throws {
        let faults: [Fault] = [.fetchTimesOut(at: 1), .commitAnswerIsLost(at: 1), .fetchFails(at: 10_000)]
        let result = try Swarm(seeds: 0..<300, faults: faults).run()
        #expect(result.brokenSeed == nil && result.seeds == 300)
        // Every first life that gets as far as a fetch meets the first; not every strategy commits; none fetches so often.
        #expect(result.struck[0] > 200 && result.struck[1] > 0 && result.struck[1] < 300 && result.struck[2] == 0)
        #expect(try result.hashes != Swarm(seeds: 0..<300).run().hashes)
        for seed in UInt64(0)..<50 {
            var drawn = SwarmSchedule.draw(seed: seed, faults: faults)
            #expect(Array(drawn.lives[0].faults.prefix(faults.count)) == faults)
            drawn.lives[0].faults.removeFirst(faults.count)
            #expect(drawn == SwarmSchedule.draw(seed: seed))
        }
    }
}
