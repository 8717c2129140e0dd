// The names of faults: each is read as it is written, and drawn as often as the others.
import Judgement
import Engine
import Testing
import World

@testable import Simulation

@Suite struct FaultTests {
    static let oneOfEach: [Fault] = [
        .diskFull(afterBytes: 0), .syncFails(at: 1), .syncIsSlow(at: 2, milliseconds: 30), .bitRot(at: 1, seed: .max),
        .fetchFails(at: 3), .fetchTimesOut(at: 4), .fetchIsSlow(at: 5, milliseconds: 40_000), .commitFails(at: 1),
        .commitAnswerIsLost(at: 2), .retention(at: 1), .retentionAhead(at: 7), .election(at: 1),
        .uncleanElection(at: 2, losing: 3), .rebalance(at: 1),
    ]

    @Test(arguments: oneOfEach) func aFaultIsReadAsItIsWritten(fault: Fault) {
        #expect(Fault(parsing: fault.description) == fault)
    }

    @Test(arguments: [
        "", "disk-full", "disk-full-after-", "disk-full-after--1", "disk-full-after-01", "sync-fails-at-1-2",
        "sync-slow-at-1", "sync-slow-at-1-for", "sync-slow-1-at-for-2", "bit-rot-at-1-seed-99999999999999999999",
        "fetch-fails-at-x", "election-at-99999999999999999999", " election-at-1", "unclean-election-at-1-losing-",
    ])
    func whatIsNoFaultIsNotRead(text: String) { #expect(Fault(parsing: text) == nil) }

    @Test func everyKindIsDrawnAndReadBack() {
        let shape = LoadShape(
            records: 60, partitions: 2, blockRecords: 5, batchRecords: 20, groupCommitBlocks: 1, checkpointLagTasks: 0,
            chunkRecords: 10)
        var random = SeededRandom(seed: 5)
        var kinds: Set<String> = []
        for _ in 0..<1_000 {
            let fault = Fault.random(using: &random, shape: shape)
            #expect(Fault(parsing: fault.description) == fault)
            kinds.insert(fault.description.filter { !$0.isNumber })
        }
        #expect(kinds == Set(Self.oneOfEach.map { $0.description.filter { !$0.isNumber } }))
    }
}
