// Receivers in a consumer group: members come, go and are taken for dead, in memory and step by step.
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("A consumer group")
struct GroupTests {
    private static let receivers: [Strategy] = [.receiverReliable, .receiverWal]
    private static let shape = LoadShape.small(records: 60, partitions: 4, block: 5, batch: 20)

    @Test("with one member does as manual assignment does", arguments: Strategy.allCases.filter(\.isReceiver))
    func alone(strategy: Strategy) throws {
        for shape in [Self.shape, .small(records: 23, partitions: 4, block: 5, batch: 10, group: 3)] {
            let run = SimulatedRun(strategy: strategy, sink: .append, shape: shape)
            run.configuration.membership = SimulatedMembers.membership
            try run.live()
            let verdict = try run.verdict()
            #expect(verdict.delivered == shape.records && verdict.duplicates == 0 && verdict.lost == 0)
            #expect(verdict.redone == 0 && run.counters[.commitsRefused] == 0)
        }
    }

    @Test(
        "gets through behind gaps, with none and with the last offset committed", arguments: [Fidelity.sound, .spark])
    func gaps(fidelity: Fidelity) throws {
        for place in 0..<12 {
            let shape = LoadShape.small(records: 8, partitions: 4, block: 3, batch: 4)
            let run = SimulatedRun(
                strategy: .receiverWal, sink: .append, shape: shape, fidelity: fidelity, gaps: [place: 3])
            run.configuration.membership = SimulatedMembers.membership
            try run.live()
            let verdict = try run.verdict()
            #expect(verdict.delivered == 8 && verdict.duplicates == 0 && verdict.lost == 0, "\(place)")
        }
    }

    /// Row R6 among others: a member that is killed and comes back reads from the committed offsets.
    @Test("leaves the closed forms of a crash as they are")
    func crashes() throws {
        let schedule = CrashSchedule(strategy: .receiverWal, sink: .append, shape: Self.shape)
        for point in CrashPoint.all where point.isDeath && point != CrashPoint(.receiverOffsetsCommit, .torn) {
            for occurrence in 1...(schedule.occurrences(of: point) ?? 0).clamped {
                guard occurrence <= schedule.occurrences(of: point) ?? 0 else { continue }
                let crash = ArmedCrash(point, at: occurrence)
                let run = SimulatedRun(strategy: .receiverWal, sink: .append, shape: Self.shape)
                run.configuration.membership = SimulatedMembers.membership
                let fired = try run.live(crash: crash)
                try run.live()
                let verdict = try run.verdict()
                let expected = try #require(
                    ExpectedOutcome(strategy: .receiverWal, sink: .append, crash: crash, shape: Self.shape))
                #expect(fired && verdict.lost == 0, "\(crash)")
                #expect(verdict.duplicates == expected.duplicates, "\(crash)")
                #expect(verdict.ingestDuplicates == expected.ingestDuplicates, "\(crash)")
            }
        }
    }

    @Test("hands partitions over without loss or duplicate when a member comes and goes", arguments: receivers)
    func comesAndGoes(strategy: Strategy) throws {
        for joinsAt in stride(from: 0, to: 60, by: 3) {
            for staysFor in [1, 7, 30] {
                let members = SimulatedMembers(strategy: strategy, shape: Self.shape)
                try members.join()
                var steps = 0
                while !members.areThrough, steps < 3000 {
                    if steps == joinsAt { try members.join() }
                    if steps == joinsAt + staysFor { members.leave(0) }
                    if steps == joinsAt + staysFor + 1 { try members.join() }
                    try members.stepAll()
                    steps += 1
                }
                let verdict = try members.verdict()
                let place = Comment(rawValue: "\(strategy.rawValue) joins at \(joinsAt), stays \(staysFor)")
                #expect(members.areThrough, place)
                #expect(verdict.corrupted == 0, place)
                // Who comes is let in between two blocks, so nothing is read twice. Who goes dies where it is: a batch it
                // had begun runs again, and blocks that only its memory had are gone.
                #expect(verdict.ingestDuplicates == 0 && verdict.reexecutionDuplicates <= 20, place)
                #expect(verdict.lost == 0 || strategy == .receiverReliable, place)
            }
        }
    }

    @Test("fences a member that was taken for dead: what it had in flight is read again, and counted")
    func zombie() throws {
        var refused = 0
        for at in 1..<80 {
            let members = SimulatedMembers(strategy: .receiverWal, shape: Self.shape)
            try members.join()
            try members.join()
            var steps = 0
            while !members.areThrough, steps < 5000 {
                if steps == at { members.expel(0) }
                try members.stepAll()
                steps += 1
            }
            let verdict = try members.verdict()
            #expect(members.areThrough, "expelled at \(at)")
            #expect(verdict.lost == 0, "expelled at \(at)")
            // The block in flight at most: five records, whose commit was refused.
            #expect(verdict.duplicates == verdict.ingestDuplicates && verdict.duplicates <= 5, "expelled at \(at)")
            #expect(verdict.duplicates == members.refusedCommits * 5, "expelled at \(at)")
            refused += members.refusedCommits
        }
        // Among so many moments there are some with a block in the queue: it is announced, and its commit refused.
        #expect(refused > 0)
    }

    @Test("refuses the commit of a block that was in flight when its member was taken for dead")
    func refusedCommit() throws {
        for at in 1...6 {
            let members = SimulatedMembers(strategy: .receiverWal, shape: Self.shape)
            try members.join()
            try members.join()
            members.whenCommitting = { [unowned members] occurrence in
                if occurrence == at { members.expel(0) }
            }
            var steps = 0
            while !members.areThrough, steps < 5000 {
                try members.stepAll()
                steps += 1
            }
            let verdict = try members.verdict()
            #expect(members.areThrough && verdict.lost == 0, "commit \(at)")
            #expect(members.refusedCommits == 1, "commit \(at)")
            #expect(verdict.duplicates == 5 && verdict.ingestDuplicates == 5, "commit \(at)")
        }
    }
}

extension Int {
    /// At least one, so that it can end a range.
    fileprivate var clamped: Int { Swift.max(1, self) }
}
