// What a scenario may let happen at the broker between two lives, how a refusal reads, and what is left afterwards.
import Engine
import Harness
import Ingestion
import Judgement
import Testing
import World

@testable import Scenarios

@Suite("Events between two lives in a scenario (issue point 7)") struct ScenarioBetweenTests {
    private static func text(
        _ between: String, strategy: String = "direct-commit", crash: String = "crash: batch.submit.before@2",
        sink: String = "append: {duplicates: 0, lost: 0}", top: String = "seed: 1"
    ) -> String {
        """
        name: events
        summary: Events.
        records: 1000
        partitions: 4
        record-bytes: 40
        block-records: 50
        batch-records: 200
        \(top)
        runs:
          - strategy: \(strategy)
            \(crash)
            \(between)
            expect:
              \(sink)
        """
    }

    private static func parse(_ text: String) throws -> Scenario {
        try ScenarioFile.parse(text, file: "events.yaml")
    }

    @Test func everyEventIsReadInItsOrder() throws {
        let run = try #require(
            try Self.parse(
                Self.text(
                    """
                    between:
                          - retention: {keep: 500}
                          - delete-records: {partition: 0, before: 1_200}
                          - topic-anew
                          - forget-offsets
                          - move-offsets: {by: -100}
                          - move-offsets: {by: 7, partition: 3}
                          - add-partitions: 2
                    """)
            ).runs.first)
        #expect(
            run.between == [
                .retention(keep: 500), .deleteRecords(partition: 0, before: 1_200), .topicAnew, .forgetOffsets,
                .moveOffsets(partition: nil, by: -100), .moveOffsets(partition: 3, by: 7), .addPartitions(2),
            ])
        #expect(run.between.map(\.name).allSatisfy(BrokerEvent.names.contains))
    }

    @Test func aListAtTheTopIsForEveryRunThatDiesAndSaysNothingItself() throws {
        let top = "between: [topic-anew]"
        #expect(try Self.parse(Self.text("failures: 1", top: top)).runs[0].between == [.topicAnew])
        let others = """

              - strategy: raw
              - strategy: direct
                expect: {append: {duplicates: 0, lost: 0}}
              - strategy: direct
                crash: batch.submit.before@2
                expect: {append: {duplicates: 0, lost: 0}}
            """
        let mixed = try Self.parse(Self.text("between: [forget-offsets]", top: top) + others)
        #expect(mixed.runs.map(\.between) == [[.forgetOffsets], [], [], [.topicAnew]])
        // A list that nobody gets has no effect.
        for run in [Self.text("between: [forget-offsets]", top: top), Self.text("failures: 1", crash: "", top: top)] {
            let error = #expect(throws: ScenarioError.self) { try Self.parse(run) }
            #expect(error?.location.key == "between")
        }
    }

    @Test func aRefusalIsExpectedInPlaceOfNumbers() throws {
        let scenario = try Self.parse(Self.text("between: [topic-anew]", sink: "append: refused"))
        #expect(scenario.runs[0].sinks.map(\.isRefusal) == [true])
        #expect(try RunPlan.plans(of: scenario).map(\.expectation.isRefusal) == [true])
    }

    @Test(arguments: [
        ("between: []", "the list is empty"),
        ("between: topic-anew", "is not a list"),
        ("between: [topic-new]", "no event is called 'topic-new'"),
        ("between: [retention]", "retention does not say how much"),
        ("between: [{retention: {keep: -1}}]", "-1 is not within 0 to 1000000000"),
        ("between: [{retention: 5}]", "'5' is not a mapping"),
        ("between: [{retention: {keep: 1, drop: 2}}]", "'drop' is not known here"),
        ("between: [{delete-records: {partition: 0}}]", "the key 'before' is missing"),
        ("between: [{delete-records: {partition: 1000, before: 1}}]", "1000 is not within 0 to 999"),
        ("between: [{move-offsets: {by: 0}}]", "stay where they are"),
        ("between: [{move-offsets: {by: 99999999999}}]", "is not within"),
        ("between: [{add-partitions: 0}]", "0 is not within 1 to 999"),
        ("between: [{add-partitions: 1, topic-anew: 1}]", "'topic-anew' is not known here"),
        ("between: [{add-partitions: 1, retention: {keep: 1}}]", "2 events in one element"),
    ])
    func whatIsNoEventIsRefusedWithItsPlace(between: String, message: String) throws {
        let error = #expect(throws: ScenarioError.self) { try Self.parse(Self.text(between)) }
        #expect(error?.message.contains(message) == true, "\(error?.description ?? "")")
        #expect(error?.location.key?.hasPrefix("runs[0].between") == true)
    }

    @Test(
        "an event that cannot happen, or makes no difference, is refused before anything runs",
        arguments: [
            ("[forget-offsets]", "direct-log-first", "has no effect: nothing goes on from offsets"),
            ("[{move-offsets: {by: 1}}]", "direct-transactional", "has no effect: nothing goes on from offsets"),
            ("[{move-offsets: {by: 1, partition: 4}}]", "direct-commit", "names partition 4, and there are 4"),
            ("[{delete-records: {partition: 0, before: 251}}]", "direct", "partition 0, which ends at 250"),
            ("[{delete-records: {partition: 0, before: 0}}]", "direct", "delete-records has no effect"),
            ("[{retention: {keep: 250}}]", "direct", "retention has no effect"),
            ("[topic-anew, {retention: {keep: 1}}]", "direct", "retention has no effect"),
            ("[{add-partitions: 997}]", "direct", "makes it 1001 partitions"),
        ])
    func impossible(events: String, strategy: String, cause: String) throws {
        let sink = strategy == "direct-transactional" ? "transactional" : "append"
        let scenario = try Self.parse(
            Self.text("between: \(events)", strategy: strategy, sink: "\(sink): {duplicates: 0, lost: 0}"))
        let error = #expect(throws: Diagnosis.self) { try RunPlan.plans(of: scenario) }
        #expect(error?.cause.contains(cause) == true, "\(error?.cause ?? "")")
        #expect(error?.exitCode == .usage)
    }

    @Test func offsetsThatLieElsewhereThanInKafkaAreNotMoved() throws {
        let scenario = try Self.parse(Self.text("between: [forget-offsets]", top: "offset-store: file"))
        #expect(throws: Diagnosis.self) { try RunPlan.plans(of: scenario) }
    }

    @Test func withoutADeathNothingHappensBetweenTwoLives() throws {
        for crash in ["failures: 1", "crash: task.read.fails@1"] {
            let scenario = try Self.parse(Self.text("between: [topic-anew]", crash: crash))
            let error = #expect(throws: Diagnosis.self) { try RunPlan.plans(of: scenario) }
            #expect(error?.cause == "direct-commit: between without a crash that the first life dies of")
        }
    }

    // MARK: What is left

    private static let load = GroundTruth(records: 10, starts: [0, 0, 0], ends: [4, 3, 3])

    @Test func recordsStayWhereTheyLayWhenOlderOnesGo() {
        let left = Self.load.after(.retention(keep: 2)).after(.deleteRecords(partition: 2, before: 3))
        #expect(left.lows == [2, 1, 3] && left.ends == [4, 3, 3] && left.records == 10)
        // Whoever finds nothing stored is to be told that the beginning is gone.
        #expect(left.starts == [0, 0, 0] && left.isCut)
        for record in 0..<10 { #expect(left.place(of: record) == Self.load.place(of: record)) }
        let more = left.followed(by: GroundTruth(records: 2, starts: [0, 3, 3], ends: [0, 4, 4]))
        #expect(more.ends == [4, 4, 4] && more.lows == [2, 1, 3] && more.records == 12)
        #expect(more.place(of: 10) == (1, 3) && more.place(of: 11) == (2, 3))
    }

    @Test func aTopicMadeAnewHoldsWhatArrivesAfterwardsFromItsBeginning() {
        let left = Self.load.after(.topicAnew)
        #expect(left.starts == [0, 0, 0] && left.ends == [0, 0, 0] && left.records == 10)
        let more = left.followed(by: GroundTruth(records: 4, starts: [0, 0, 0], ends: [1, 2, 1]))
        #expect(more.ends == [1, 2, 1] && more.records == 14)
        #expect(more.place(of: 9) == (0, 3))
        #expect((10..<14).map { more.place(of: $0).partition } == [1, 2, 0, 1])
        #expect((10..<14).map { more.place(of: $0).offset } == [0, 0, 0, 1])
    }

    @Test func recordsThatArriveAreDealtToNewPartitionsToo() {
        let left = Self.load.after(.addPartitions(2))
        #expect(left.starts == [0, 0, 0, 0, 0] && left.ends == [4, 3, 3, 0, 0])
        let more = left.followed(by: GroundTruth(records: 6, starts: [4, 3, 3, 0, 0], ends: [6, 4, 4, 1, 1]))
        #expect(more.ends == [6, 4, 4, 1, 1])
        #expect((10..<16).map { more.place(of: $0).partition } == [0, 1, 2, 3, 4, 0])
        #expect((10..<16).map { more.place(of: $0).offset } == [4, 3, 3, 0, 0, 5])
        #expect(more.place(of: 9) == (0, 3))
    }

    @Test func aGroupsOffsetsAreNoneOfTheTopicsAffairs() {
        let left = Self.load.after(.forgetOffsets).after(.moveOffsets(partition: nil, by: -5))
        #expect(left.starts == Self.load.starts && left.ends == Self.load.ends)
    }

    // MARK: What is expected

    @Test(
        "a refusal agrees where the closed form, if there is one, and the scenario expect it",
        arguments: [
            (nil, true, true, true), (nil, true, false, false), (nil, false, true, false), (nil, false, false, true),
            (true, true, true, true), (true, true, false, false), (true, false, true, false),
            (false, true, true, false), (false, true, false, false), (false, false, false, true),
        ] as [(Bool?, Bool, Bool, Bool)])
    func refusals(byForm: Bool?, isStated: Bool, isRefused: Bool, agrees: Bool) throws {
        let sink = isStated ? "append: refused" : "append: {duplicates: 0, lost: 0}"
        var plan = try #require(try RunPlan.plans(of: Self.parse(Self.text("between: [topic-anew]", sink: sink))).first)
        plan.expected = byForm.map { isRefused in
            var outcome = ExpectedOutcome()
            outcome.isRefused = isRefused
            return outcome
        }
        #expect(plan.expectation.agrees(with: Verdict(), isRefused: isRefused) == agrees)
        #expect(plan.expectation.isRefusal == (isStated || byForm == true))
    }

    @Test func aRunWhoseEventFailedIsInvalid() throws {
        let plan = try #require(try RunPlan.plans(of: Self.parse(Self.text("between: [topic-anew]"))).first)
        var verdict = Verdict()
        verdict.produced = 1
        #expect(
            RunJudgement.invalidReason(
                plan, crashesFired: 1, unplannedDeaths: 0, verdict: verdict, eventFailure: "topic-anew failed")
                == "topic-anew failed")
    }
}
