// The load of a scenario file: what it may say, and how a refusal reads.
import Engine
import Evidence
import Foundation
import Harness
import Kafka
import Testing

@testable import Scenarios

@Suite("A load of another shape in a scenario file (issue point 5)") struct ScenarioLoadTests {
    private static func text(_ load: String, recordBytes: String = "record-bytes: 40") -> String {
        """
        name: shaped
        summary: A shaped load.
        records: 1000
        partitions: 4
        \(recordBytes)
        load: \(load)
        block-records: 50
        batch-records: 200
        runs:
          - strategy: raw
        """
    }

    private static func load(_ load: String, recordBytes: String = "record-bytes: 40") throws -> LoadSettings {
        try #require(
            try ScenarioFile.parse(text(load, recordBytes: recordBytes), file: "shaped.yaml").load)
    }

    @Test func everythingThereIsIsReadAsWritten() throws {
        let load = try Self.load(
            """
            {weights: [97, 2, 1, 0], keys: {skewed: {count: 20, share: 60%}}, tombstones: 10%,
              record-bytes: [{bytes: 10, weight: 3}, {bytes: 100_000, weight: 1}], headers: {source: shop, n: 1},
              transactions: {records: 50, aborted: 30%}, rate: 2_000}
            """, recordBytes: "seed: 3")
        var expected = LoadSettings()
        expected.weights = [97, 2, 1, 0]
        expected.keys = .skewed(count: 20, hotPercent: 60)
        expected.tombstonePercent = 10
        expected.sizes = .histogram([.init(bytes: 10, weight: 3), .init(bytes: 100_000, weight: 1)])
        expected.headers = [.init(name: "source", value: "shop"), .init(name: "n", value: "1")]
        expected.transactions = .init(records: 50, abortedPercent: 30)
        expected.rate = 2_000
        #expect(load == expected)
    }

    @Test(arguments: [
        ("{keys: none, record-bytes: 64}", LoadSettings.Keys.none, LoadSettings.Sizes.fixed(64)),
        ("{keys: unique, record-bytes: {min: 10, max: 100_000}}", .unique, .range(10...100_000)),
    ])
    func keysAndSizesHaveShortForms(load: String, keys: LoadSettings.Keys, sizes: LoadSettings.Sizes) throws {
        let load = try Self.load(load, recordBytes: "seed: 3")
        #expect(load.keys == keys)
        #expect(load.sizes == sizes)
    }

    @Test(
        "records are told apart by their values only where each value has room for it",
        arguments: [
            ("{keys: unique}", RecordOrigin.kbench), ("{keys: unique, tombstones: 1%}", .anyone),
            ("{weights: [1, 0, 0, 0]}", .kbench),
        ])
    func origins(load: String, origin: RecordOrigin) throws {
        #expect(try Self.load(load).origin == origin)
    }

    @Test("a value of twenty bytes says which record it is, one of nineteen does not")
    func smallValues() throws {
        #expect(try Self.load("{record-bytes: {min: 20, max: 30}}", recordBytes: "seed: 3").origin == .kbench)
        #expect(try Self.load("{record-bytes: {min: 19, max: 30}}", recordBytes: "seed: 3").origin == .anyone)
    }

    @Test(arguments: [
        (
            "{weights: [1, 2]}", "shaped.yaml:6: load.weights: 2 weights for 4 partitions",
            "give one weight for each partition, 0 for one that stays empty"
        ),
        (
            "{weights: [0, 0, 0, 0]}", "shaped.yaml:6: load.weights: no partition gets any record",
            "give at least one partition a weight above 0"
        ),
        (
            "{weights: [1, 2, 3, -1]}", "shaped.yaml:6: load.weights[3]: -1 is not within 0 to 100000",
            "give load.weights[3] a whole number from 0 to 100000"
        ),
        (
            "{tombstones: 10%}", "shaped.yaml:6: load.tombstones: a record with neither key nor value says nothing",
            "add 'keys: unique' or skewed keys, or remove tombstones"
        ),
        (
            "{tombstones: 0.1}", "shaped.yaml:6: load.tombstones: '0.1' is no share from 0% to 100%",
            "write a whole number and a per cent sign, such as 30%"
        ),
        (
            "{transactions: {records: 5, aborted: 95%}}",
            "shaped.yaml:6: load.transactions.aborted: '95%' is no share from 0% to 90%",
            "write a whole number and a per cent sign, such as 30%"
        ),
        (
            "{transactions: {aborted: 5%}}", "shaped.yaml:6: load.transactions: the key 'records' is missing",
            "add a line 'records: ...' there"
        ),
        (
            "{keys: many}", "shaped.yaml:6: load.keys: no kind of keys is called 'many'",
            "write none, unique, or {skewed: {count: N, share: P%}}"
        ),
        (
            "{keys: {skew: 1}}", "shaped.yaml:6: load.keys: 'skew' is not known here",
            "did you mean skewed? keys: skewed"
        ),
        (
            "{record-bytes: 100}", "shaped.yaml:5: record-bytes: the load says already what values are",
            "remove record-bytes here, or from load"
        ),
        (
            "{headers: {kbench-id: x}}",
            "shaped.yaml:6: load.headers.kbench-id: kbench-id is the header in which kbench says which record it is",
            "give the header another name"
        ),
        (
            "{values-from: nowhere.txt}", "shaped.yaml:6: load.values-from: 'nowhere.txt' is no file",
            "name a file of lines, seen from this one"
        ),
        (
            "{rate: 0}", "shaped.yaml:6: load.rate: 0 is not within 1 to 1000000000",
            "give load.rate a whole number from 1 to 1000000000"
        ),
        ("even", "shaped.yaml:6: load: 'even' is not a mapping", "write lines of 'key: value' there"),
    ])
    func aMistakeIsRefusedWithFileLineKeyAndFix(load: String, cause: String, fix: String) {
        let error = #expect(throws: ScenarioError.self) {
            try ScenarioFile.parse(Self.text(load), file: "shaped.yaml")
        }
        #expect(error?.cause == cause)
        #expect(error?.fix == fix)
    }

    @Test(
        "a range and a histogram have to hold something",
        arguments: [
            ("{record-bytes: {min: 10, max: 9}}", "at most 9 bytes are less than at least 10"),
            ("{record-bytes: [{bytes: 9, weight: 0}]}", "no size ever comes"),
            ("{record-bytes: {min: 10, max: 1_000_001}}", "1000001 is not within 0 to 1000000"),
        ])
    func impossibleSizes(load: String, message: String) {
        let error = #expect(throws: ScenarioError.self) {
            try ScenarioFile.parse(Self.text(load, recordBytes: "seed: 3"), file: "shaped.yaml")
        }
        #expect(error?.message == message)
    }

    @Test("what is too much to be worked out is refused before it is tried")
    func tooMuch() {
        let many = Self.text("{transactions: {records: 1}}").replacing("records: 1000", with: "records: 10_000_001")
        let transactions = #expect(throws: ScenarioError.self) { try ScenarioFile.parse(many, file: "shaped.yaml") }
        #expect(transactions?.fix == "use at most 10000000 records")
        let weights = (1...300).map { "\($0)" }.joined(separator: ", ")
        let fine = Self.text("{weights: [\(weights)]}").replacing("partitions: 4", with: "partitions: 300")
        let error = #expect(throws: ScenarioError.self) { try ScenarioFile.parse(fine, file: "shaped.yaml") }
        #expect(error?.message == "300 weights that are 45150 together are too fine to be worked out")
    }

    @Test func anExperimentMakesItsOwnRecords() {
        let text = Self.text("{keys: unique}").replacing("runs:\n  - strategy: raw", with: "experiment: upgrade")
        let error = #expect(throws: ScenarioError.self) { try ScenarioFile.parse(text, file: "shaped.yaml") }
        #expect(error?.message == "the experiment upgrade makes its own records, evenly spread")
    }

    @Test func valuesAreTheLinesOfAFileBesideTheScenario() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("one\r\n\ntwo words\n".utf8).write(to: folder.appendingPathComponent("lines.txt"))
        let scenario = try ScenarioFile.parse(
            Self.text("{values-from: lines.txt}", recordBytes: "seed: 3"), file: "\(folder.path)/shaped.yaml")
        let lines = try #require(scenario.load?.lines)
        #expect(lines.values == ["one", "", "two words"].map { Array($0.utf8) })
        #expect(scenario.recordBytes == 4)
        #expect(scenario.load?.origin == .anyone)
        let error = #expect(throws: ScenarioError.self) {
            try ScenarioFile.parse(
                Self.text("{values-from: lines.txt, record-bytes: 9}", recordBytes: "seed: 3"),
                file: "\(folder.path)/shaped.yaml")
        }
        #expect(error?.message == "the values' sizes are those of the lines of values-from")
    }

    @Test("overrides of what the load says are refused")
    func overrides() throws {
        let scenario = try ScenarioFile.parse(
            Self.text("{weights: [1, 2, 3, 4], record-bytes: 50}", recordBytes: "seed: 3"), file: "shaped.yaml")
        let partitions = #expect(throws: ScenarioError.self) {
            try ScenarioOverrides(partitions: 3).apply(to: scenario) { _, _ in true }
        }
        #expect(partitions?.cause == "--partitions: the scenario's load has 4 weights for 3 partitions")
        let bytes = #expect(throws: ScenarioError.self) {
            try ScenarioOverrides(recordBytes: 99).apply(to: scenario) { _, _ in true }
        }
        #expect(bytes?.cause == "--record-bytes: the scenario's load says what values are")
    }

    @Test(
        "a moment is milliseconds, or ISO 8601",
        arguments: [
            ("1764349500000", 1_764_349_500_000 as Int64?), ("2025-11-28T17:05:00Z", 1_764_349_500_000),
            ("2025-11-28T18:05:00.250+01:00", 1_764_349_500_250), ("yesterday", nil), ("-1", nil),
            ("999999999999999999999", nil), ("2025-13-28T17:05:00Z", nil),
        ])
    func moments(text: String, milliseconds: Int64?) {
        #expect(Timestamp.milliseconds(parsing: text) == milliseconds)
    }
}

@Suite("The records of a load (issue point 5)") struct RecordContentsTests {
    /// A record as text.
    private func record(
        _ name: RecordContents.Name, _ contents: RecordContents
    ) -> (key: String?, value: [UInt8]?, headers: [String]) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, contents.capacity), alignment: 16)
        defer { buffer.deallocate() }
        let record = contents.write(name, to: 0, into: buffer)
        let keyLength = record.keyLength ?? 0
        return (
            record.keyLength.map { String(decoding: buffer[..<$0], as: UTF8.self) },
            record.valueLength.map { Array(buffer[keyLength..<keyLength + $0]) },
            record.headers.map { "\($0.name)=\(String(decoding: $0.value, as: UTF8.self))" }
        )
    }

    private func contents(seed: UInt64 = 1, _ change: (inout LoadSettings) -> Void) -> RecordContents {
        var load = LoadSettings()
        change(&load)
        return RecordContents(load: load, recordBytes: 40, seed: seed)
    }

    @Test func theSameSeedMakesTheSameRecordAndAnotherSeedAnother() {
        func all(_ seed: UInt64) -> [[UInt8]?] {
            let contents = contents(seed: seed) {
                $0.keys = .unique
                $0.tombstonePercent = 20
                $0.sizes = .range(0...60)
            }
            return (0..<200).map { record(.record($0), contents).value }
        }
        #expect(all(1) == all(1))
        #expect(all(1) != all(2))
    }

    @Test func aValueOfKbenchsOwnSaysWhichRecordItIsAndWhetherItWasAborted() throws {
        let contents = contents { $0.keys = .unique }
        let kept = record(.record(7), contents)
        let aborted = record(.aborted(7), contents)
        let identities = try [kept, aborted].map { found in
            try #require(found.value).withUnsafeBytes { RecordFormat.read($0) }
        }
        #expect(identities == [.init(producer: 0, sequence: 7), .init(producer: 1, sequence: 7)])
        #expect(kept.key == "7" && aborted.key == "aborted-7")
        #expect(kept.headers.isEmpty)
    }

    @Test func whereAValueCannotAHeaderSaysWhichRecordItIs() {
        let contents = contents {
            $0.lines = .init(path: "lines", values: [Array("a".utf8), Array("bc".utf8)])
            $0.headers = [.init(name: "source", value: "shop")]
        }
        #expect(record(.record(3), contents).value == Array("bc".utf8))
        #expect(record(.record(3), contents).headers == ["source=shop", "kbench-id=3"])
        #expect(record(.aborted(2), contents).headers == ["source=shop", "kbench-id=aborted-2"])
    }

    @Test func tombstonesHotKeysAndSizesComeAsOftenAsTheyShould() {
        let contents = contents {
            $0.keys = .skewed(count: 10, hotPercent: 60)
            $0.tombstonePercent = 25
            $0.sizes = .histogram([.init(bytes: 10, weight: 3), .init(bytes: 1000, weight: 1)])
        }
        let all = (0..<4000).map { record(.record($0), contents) }
        let tombstones = all.count { $0.value == nil }
        let hot = all.count { $0.key == "key-0" }
        let large = all.count { $0.value?.count == 1000 }
        #expect((900...1100).contains(tombstones) && (2300...2500).contains(hot) && (650...850).contains(large))
        #expect(Set(all.compactMap(\.key)).count == 10)
    }
}
