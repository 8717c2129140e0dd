// What must come of a kill, from what lay there at the kill.
import Engine
import Simulation
import Testing
import World

@testable import Evidence
@testable import Ingestion
@testable import Judgement

@Suite("The form from the kill")
struct KillFormTests {
    @Test(
        "output behind the committed offset comes again, what lies before it and is missing never comes",
        arguments: [
            ([], [0, 0], 0, 0), ([], [2, nil], 0, 2), ([0, 1, 2, 3], [0, 0], 4, 0), ([0, 1, 2, 3], [2, 2], 0, 0),
            ([0, 2, 2], [1, 1], 2, 1), ([3], [2, 0], 1, 2),
        ] as [([Int], [Offset?], Int, Int)])
    func byHand(output: [Int], committed: [Offset?], duplicates: Int, lost: Int) throws {
        // Records 0 and 2 lie in partition 0, records 1 and 3 in partition 1.
        let production = Production(count: 4, place: { (Partition($0 % 2), Offset($0 / 2)) })
        var tally = Tally(count: 4)
        for number in output { tally.count(Delivery(number: number)) }
        let form = try #require(KillForm(tally, of: production, committed: committed))
        #expect(form.duplicates == duplicates)
        #expect(form.lost == lost)
    }

    @Test("without places there is none")
    func unknown() { #expect(KillForm(Tally(count: 1), of: Production(count: 1), committed: []) == nil) }

    @Test(
        "equals the verdict of every pipeline whose offsets are the group's, wherever it is killed",
        arguments: [Strategy.receiver, .receiverReliable, .directCommit])
    func simulated(strategy: Strategy) throws {
        let shape = LoadShape(
            records: 23, partitions: 3, blockRecords: 2, batchRecords: 6, groupCommitBlocks: 2, checkpointLagTasks: 0,
            autoCommitBlocks: 2, chunkRecords: 4)
        func fresh() -> SimulatedRun { SimulatedRun(strategy: strategy, sink: .append, shape: shape) }
        var reached: [CrashPoint: Int] = [:]
        var outcomes: Set<[Int]> = []
        for point in try fresh().trace() where point.isDeath && point.moment != .torn {
            reached[point, default: 0] += 1
            let run = fresh()
            let crash = ArmedCrash(point, at: reached[point, default: 0])
            guard try run.live(crash: crash) else { continue }
            let places = run.places
            let production = Production(count: places.count, place: { places[$0] })
            let configuration = run.configuration
            var tally = Tally(count: places.count)
            try configuration.sink.deliveries(ofRunIn: configuration.directory, disk: run.disk).count(into: &tally)
            let committed = run.broker.committedOffsets(
                of: configuration.partitions, group: configuration.group)
            let form = try #require(KillForm(tally, of: production, committed: committed))
            try run.live()
            let verdict = try run.verdict()
            #expect(verdict.duplicates == form.duplicates, "\(crash)")
            #expect(verdict.lost == form.lost, "\(crash)")
            outcomes.insert([form.duplicates, form.lost])
        }
        // It has to see more than runs in which nothing was under way.
        #expect(outcomes.count > 3)
    }
}
