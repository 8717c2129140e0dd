// Capsules: a broken promise is repeated, made small and explained.
import Engine
import Ingestion
import Simulation
import Testing
import World

@testable import Exploration

@Suite struct CapsuleTests {
    /// A bug that loses records only when the process dies between the commit and the log.
    static func broken() throws -> Schedule {
        let unit = AtlasUnit(
            strategy: .receiverWal, sink: .append, fidelity: .sound, shape: Hunter.shape, seed: 1, bug: .commitBeforeLog
        )
        return try #require(try unit.exploreToFirst().findings.first).first
    }

    @Test func aCapsuleIsReadAsItIsWrittenAndRepeatsToTheByte() throws {
        let capsule = Capsule(of: try Self.broken(), version: "test")
        #expect(capsule.breach == .loss)
        let read = try Capsule(decoding: try capsule.encoded(), from: "a file")
        #expect(read == capsule)
        #expect(read.schedule.run() == capsule.outcome)
    }

    @Test(arguments: [[], [1, 2, 3], Array("text".utf8)])
    func whatIsNoCapsuleIsRefused(bytes: [UInt8]) {
        #expect(throws: ExplorationError.self) { try Capsule(decoding: bytes, from: "a file") }
    }

    @Test func aSmallScheduleHasAtMostTenEventsAndNothingCanBeLeftOut() throws {
        let small = try Self.broken().shrunk()
        #expect(small.eventCount <= 10, "\(small.summary)")
        #expect(small.check() == .loss)
        #expect(try small.shrunk() == small)
    }

    @Test func itsTestFailsWithTheBugAndPassesWithoutIt() throws {
        let small = try Self.broken().shrunk()
        let text = try small.generatedTest(breach: .loss)
        #expect(text.contains("@Test func receiverWalAppendLoss"))
        // What the test does, with the schedule as the test's text has it.
        let json = try #require(text.split(separator: "#\"\"\"\n").last?.split(separator: "\"\"\"#").first)
        var read = try Schedule(json: String(json))
        #expect(read.bug == nil && read.check() == nil)
        read.bug = .commitBeforeLog
        #expect(read.check() == .loss)
    }

    @Test func theLifeOfALostRecordNamesThePointOfNoReturn() throws {
        let small = try Self.broken().shrunk()
        let lost = try #require(small.brokenRecords(limit: 1).first)
        let life = try small.life(ofRecordAt: lost.offset, of: lost.partition)
        #expect(life.deliveries == 0 && life.moments.count <= 10, "\(life.diagram)")
        // Committed and not in the log: only the death makes it final.
        let point = try #require(life.pointOfNoReturn)
        #expect(point.place == .world && point.text.contains("the process dies"), "\(life.diagram)")
        let committed = life.moments.firstIndex { $0.place == .state && $0.text.contains("committed") }
        #expect(try #require(committed) < (try #require(life.moments.firstIndex(of: point))), "\(life.diagram)")
        #expect(life.diagram.hasPrefix("sequenceDiagram\n") && life.diagram.contains("point of no return"))
    }

    @Test func aRecordThatIsThereOnceHasNoPointOfNoReturn() throws {
        let schedule = Schedule(strategy: .directLogFirst, sink: .offsetKeyed, shape: Hunter.shape)
        let life = try schedule.life(ofRecordAt: 3, of: 1)
        #expect(life.deliveries == 1 && life.pointOfNoReturn == nil, "\(life.diagram)")
        #expect(life.moments.contains { $0.place == .sink }, "\(life.diagram)")
        #expect(throws: ExplorationError.self) { try schedule.life(ofRecordAt: 99, of: 1) }
    }

    @Test func aScheduleThatBreaksNothingIsNotShrunk() {
        let schedule = Schedule(strategy: .direct, sink: .append, shape: Hunter.shape)
        #expect(throws: ExplorationError.self) { try schedule.shrunk() }
    }
}
