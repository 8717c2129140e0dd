// What is read again as a result: its own schema, or none as an older kbench wrote it; and what null and no key mean.
import Foundation
import Results
import Testing

@Suite struct VersionedResultTests {
    private static func history(_ label: String) throws -> HistoryResult {
        try HistoryResult(json: Data("{\(label)\"commits\": 3, \"damagedLines\": [], \"changes\": []}".utf8))
    }

    @Test(
        "a result is read by its schema and version, and without them",
        arguments: ["", "\"schema\": \"kbench.history\", \"version\": 1, ", "\"schema\": \"kbench.history\", "])
    func whatIsRead(label: String) throws {
        #expect(try Self.history(label) == HistoryResult(commits: 3, damagedLines: [], changes: []))
    }

    @Test(
        "another schema and a version that is not known are refused",
        arguments: [
            "\"schema\": \"kbench.bench\", ", "\"schema\": \"kbench.history\", \"version\": 2, ", "\"version\": 0, ",
        ])
    func whatIsRefused(label: String) {
        #expect(throws: DecodingError.self) { try Self.history(label) }
    }

    @Test("a value that there is none of is null; a missing key is none too")
    func none() throws {
        let none = Load(records: 1, partitions: 1, recordBytes: 1, blockRecords: nil, batchRecords: 5)
        let text = String(decoding: try JSONEncoder().encode(none), as: UTF8.self)
        #expect(text.contains("\"blockRecords\":null") && text.contains("\"batchRecords\":5"))
        for json in [text, "{\"records\": 1, \"partitions\": 1, \"recordBytes\": 1, \"batchRecords\": 5}"] {
            #expect(try JSONDecoder().decode(Load.self, from: Data(json.utf8)) == none)
        }
    }
}
