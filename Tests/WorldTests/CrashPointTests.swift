// Crash points, their names, and the switch that counts them.
import Testing
import World

@Suite("Crash points")
struct CrashPointTests {
    @Test("have names that lead back to them, each its own", arguments: CrashPoint.all)
    func names(_ point: CrashPoint) {
        #expect(CrashPoint(named: point.description) == point)
        #expect(ArmedCrash(parsing: point.description) == ArmedCrash(point, at: 1))
        #expect(ArmedCrash(parsing: "\(point)@12") == ArmedCrash(point, at: 12))
        #expect(ArmedCrash(point, at: 3).description == "\(point)@3")
    }

    @Test("lie before and after every effect, within those that can be torn, and where a task can fail")
    func catalogue() {
        let torn = Effect.allCases.count { $0.canTear }
        #expect(CrashPoint.all.count == Effect.allCases.count * 2 + torn + Effect.allCases.count { $0.canFail })
        #expect(CrashPoint.all.filter { !$0.isDeath }.map(\.description) == ["task.read.fails", "sink.write.fails"])
        #expect(Set(CrashPoint.all.map(\.description)).count == CrashPoint.all.count)
        // The switch keeps a bit for each effect.
        #expect(Effect.allCases.count <= 64)
        #expect(Effect.allCases.map(\.index) == Array(Effect.allCases.indices))
    }

    @Test(
        "are not found by other names",
        arguments: [
            "", ".", "before", "receiver.poll", "receiver.poll.", "receiver.poll.torn", "receiver.poll.during",
            "receiver.poll.before ", " receiver.poll.before", "Receiver.poll.before", "receiver.poll.before@",
            "receiver.poll.before@0", "receiver.poll.before@-1", "receiver.poll.before@x", "receiver.poll.before@1@2",
            "receiver.poll.before@99999999999999999999", "@1", "@",
        ])
    func badNames(_ name: String) {
        #expect(CrashPoint(named: name) == nil)
        #expect(ArmedCrash(parsing: name) == nil)
    }
}

@Suite("The crash switch")
struct CrashSwitchTests {
    struct Crash: Error, Equatable {}

    /// One append as the engine does it; returns how much of it was torn off first.
    static func append(_ crash: CrashSwitch, length: Int) throws -> Int? {
        try crash.before(.receiverWalAppend)
        let torn = crash.tear(.receiverWalAppend, length: length)
        if torn != nil { try crash.torn(.receiverWalAppend) }
        try crash.after(.receiverWalAppend)
        return torn
    }

    @Test("that watches nothing never fires")
    func off() throws {
        let crash = CrashSwitch()
        for effect in Effect.allCases {
            try crash.before(effect)
            #expect(crash.tear(effect, length: 10) == nil)
            try crash.after(effect)
        }
    }

    @Test("that observes tells every point and which time it is reached, and tears nothing")
    func observing() throws {
        var seen: [String] = []
        let crash = CrashSwitch(observing: { seen.append("\($0)@\($1)") })
        for _ in 0..<2 { #expect(try CrashSwitchTests.append(crash, length: 10) == nil) }
        try crash.before(.receiverPoll)
        #expect(
            seen == [
                "receiver.wal.append.before@1", "receiver.wal.append.after@1", "receiver.wal.append.before@2",
                "receiver.wal.append.after@2", "receiver.poll.before@1",
            ])
    }

    @Test(
        "that is armed fires at its point and its time only", arguments: [CrashPoint.Moment.before, .torn, .after],
        1...3)
    func armed(_ moment: CrashPoint.Moment, _ occurrence: Int) throws {
        var fired: [String] = []
        let armed = ArmedCrash(CrashPoint(.receiverWalAppend, moment), at: occurrence)
        let crash = CrashSwitch(armed: armed) { fired.append("\($0)@\($1)") }
        for time in 1...4 {
            try crash.before(.receiverPoll)
            let torn = try CrashSwitchTests.append(crash, length: 11)
            #expect(torn == (moment == .torn && time == occurrence ? 5 : nil))
        }
        #expect(fired == [armed.description])
    }

    @Test("that is armed with a failure fires as often in a row as it says", arguments: 1...3, 1...3)
    func failing(_ occurrence: Int, _ times: Int) throws {
        var fired: [Int] = []
        let armed = ArmedCrash(CrashPoint(.sinkWrite, .fails), at: occurrence, times: times)
        let crash = CrashSwitch(armed: armed) { point, time in
            fired.append(time)
            throw TaskFailure(at: point)
        }
        for time in 1...6 {
            try crash.before(.sinkWrite)
            let strikes = time >= occurrence && time < occurrence + times
            if strikes { #expect(throws: TaskFailure(at: armed.point)) { try crash.fail(.sinkWrite) } }
            if !strikes { try crash.fail(.sinkWrite) }
        }
        #expect(fired == Array(occurrence..<occurrence + times))
        #expect(ArmedCrash(parsing: armed.description) == armed)
    }

    @Test("passes on what its action throws", arguments: [CrashPoint.Moment.before, .torn, .after])
    func throwing(_ moment: CrashPoint.Moment) {
        let armed = ArmedCrash(CrashPoint(.receiverWalAppend, moment), at: 1)
        let crash = CrashSwitch(armed: armed) { _, _ in throw Crash() }
        #expect(throws: Crash()) { try CrashSwitchTests.append(crash, length: 10) }
        // It has fired; the next time nothing happens.
        #expect(throws: Never.self) { try CrashSwitchTests.append(crash, length: 10) }
    }
}

@Suite("Seeded randomness")
struct SeededRandomTests {
    @Test(
        "has the published values of SplitMix64",
        arguments: [
            (0, [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]),
            (
                1_234_567,
                [
                    6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                    4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
                ]
            ),
        ] as [(UInt64, [UInt64])])
    func golden(_ seed: UInt64, _ values: [UInt64]) {
        var random = SeededRandom(seed: seed)
        #expect(values.map { _ in random.next() } == values)
    }

    @Test("continues a copy like the original")
    func copies() {
        var first = SeededRandom(seed: 5)
        _ = first.next()
        var second = first
        #expect((0..<5).map { _ in first.next() } == (0..<5).map { _ in second.next() })
    }
}
