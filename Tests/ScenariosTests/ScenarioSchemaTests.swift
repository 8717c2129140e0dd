// The schema of scenario files says what the reader does: no key more, none less, and the same ranges.
import Foundation
import Harness
import Testing

@testable import Scenarios

@Suite("The schema of scenario files (issue point 5)") struct ScenarioSchemaTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func schema() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(ScenarioSchema.text.utf8)) as? [String: Any])
    }

    @Test func theCommittedSchemaIsWhatTheCommandPrints() throws {
        let committed = try String(
            contentsOf: Self.root.appendingPathComponent("scenarios/schema.json"), encoding: .utf8)
        #expect(committed == ScenarioSchema.text, "write it again: kbench scenario schema > scenarios/schema.json")
    }

    @Test(arguments: ScenarioLibrary.names)
    func everyBuiltInScenarioIsValidByIt(name: String) throws {
        let text = try #require(ScenarioLibrary.text(of: name))
        #expect(try SchemaCheck.faults(of: text, by: Self.schema()) == [])
    }

    @Test(arguments: [
        ("records: 10", "recods: 10", "$: recods is not allowed"),
        ("records: 10", "records: 0", "$.records: 0 is less than 1"),
        ("records: 10", "records: many", "$.records: many is not ^[0-9][0-9_]*$"),
        ("records: 10", "seed: 1", "$: records is missing"),
        ("block-records: 5", "block-interval-ms: 5", "$: 0 of 2"),
        ("record-bytes: 40", "load: {weights: [1, 2]}", "$: 0 of 2"),
        ("record-bytes: 40", "load: {record-bytes: {min: 1, most: 3}}", "$.load.record-bytes: 0 of 3"),
        ("strategy: raw", "strategy: row", "$.runs[0].strategy: row is none of"),
    ])
    func whatTheReaderRefusesItRefusesToo(line: String, instead: String, fault: String) throws {
        let text = Self.small.replacing(line, with: instead)
        #expect(throws: ScenarioError.self) { try ScenarioFile.parse(text, file: "small.yaml") }
        let faults = try SchemaCheck.faults(of: text, by: Self.schema())
        #expect(faults.contains { $0.hasPrefix(fault) }, "\(faults)")
    }

    @Test func aNumberWithUnderscoresIsValidAlsoWhereItIsAText() throws {
        let text = Self.small.replacing("records: 10", with: "records: 10_000")
        #expect(try SchemaCheck.faults(of: text, by: Self.schema()) == [])
    }

    /// Every number at the top of a file, and below `limits` and `load`.
    private static let numbers: [(path: String, range: ClosedRange<Int>)] = {
        func numbers(_ keys: [ScenarioKey], _ prefix: String) -> [(path: String, range: ClosedRange<Int>)] {
            keys.flatMap { key -> [(path: String, range: ClosedRange<Int>)] in
                switch key.kind {
                case .integer(let range): [(prefix + key.name, range)]
                case .mapping(let keys) where key.name != "claim": numbers(keys, prefix + key.name + ".")
                default: []
                }
            }
        }
        return numbers(ScenarioKeys.top, "")
    }()

    @Test("the reader's range of a number is the schema's", arguments: numbers.map(\.path))
    func rangesAgree(path: String) throws {
        let range = try #require(Self.numbers.first { $0.path == path }?.range)
        for (value, isInside) in [
            (range.lowerBound, true), (range.upperBound, true), (range.lowerBound - 1, false),
            (range.upperBound + 1, false),
        ] {
            let fault = Self.message(of: Self.file(path, "\(value)"))
            #expect((fault?.contains("\(value) is not within") ?? false) == !isInside, "\(value): \(fault ?? "taken")")
        }
    }

    @Test("the reader takes the words that the schema has, and no others")
    func wordsAgree() {
        for key in ScenarioKeys.top {
            guard case .choice(let words) = key.kind else { continue }
            for word in words {
                let fault = Self.message(of: Self.file(key.name, word))
                #expect(fault?.contains("is called") != true, "\(key.name): \(word): \(fault ?? "")")
            }
            #expect(Self.message(of: Self.file(key.name, "nonsense"))?.contains("'nonsense'") == true, "\(key.name)")
        }
    }

    @Test("the page about scenario files tells of every key")
    func documented() throws {
        let page = try String(
            contentsOf: Self.root.appendingPathComponent("docs/kbench.docc/ScenarioFiles.md"), encoding: .utf8)
        // What experiments and claims need is for the scenarios that come with kbench.
        let own = ["experiment", "strategies", "sinks", "fidelities", "claim"]
        func check(_ keys: [ScenarioKey], _ prefix: String) {
            for key in keys where !own.contains(key.name) || !prefix.isEmpty {
                #expect(page.contains("`\(prefix)\(key.name)`"), "the page has no `\(prefix)\(key.name)`")
                if ["limits", "load", "transactions"].contains(key.name) {
                    check(key.kind.keys, "\(prefix)\(key.name).")
                }
                if key.name == "runs" { check(key.kind.keys, "runs[].") }
            }
        }
        check(ScenarioKeys.top, "")
    }

    private static let small = """
        name: small
        summary: A small one.
        records: 10
        partitions: 2
        record-bytes: 40
        block-records: 5
        batch-records: 5
        runs:
          - strategy: raw
        """

    /// A file in which the key at `path` has this value.
    private static func file(_ path: String, _ value: String) -> String {
        let parts = path.split(separator: ".").map(String.init)
        var lines = small.split(separator: "\n").map(String.init)
        // Limits and times go with cuts by time only.
        if parts[0] == "limits" || path.hasSuffix("-interval-ms") {
            lines = lines.map {
                $0.replacing("block-records", with: "block-interval-ms")
                    .replacing("batch-records", with: "batch-interval-ms")
            }
        }
        if path == "commit-interval-ms" {
            lines[lines.count - 1] = "  - {strategy: receiver, expect: {append: {duplicates: 0, lost: 0}}}"
        }
        if path == "session-timeout-ms" || path == "heartbeat-ms" { lines.insert("membership: group", at: 0) }
        lines.removeAll { $0.hasPrefix("\(parts[0]):") }
        var text = value
        for part in parts.dropFirst().reversed() {
            let other = part == "aborted" ? "records: 5, " : ""
            text = "{\(other)\(part): \(text)}"
        }
        lines.insert("\(parts[0]): \(text)", at: 0)
        return lines.joined(separator: "\n")
    }

    private static func message(of text: String) -> String? {
        do {
            _ = try ScenarioFile.parse(text, file: "small.yaml")
            return nil
        } catch {
            return error.message
        }
    }
}

/// As much of JSON Schema as the schema uses.
private enum SchemaCheck {
    static func faults(of text: String, by schema: [String: Any]) throws -> [String] {
        let root = try YAMLValue.root(of: text, file: "test.yaml")
        return try faults(of: root, by: schema, at: "$")
    }

    private static func faults(of value: YAMLValue, by schema: [String: Any], at path: String) throws -> [String] {
        var faults: [String] = []
        let types = schema["type"] as? [String] ?? (schema["type"] as? String).map { [$0] } ?? []
        let own = value.isMapping ? ["object"] : value.isList ? ["array"] : ["string", "integer"]
        if !types.isEmpty, !types.contains(where: own.contains) { faults.append("\(path): is no \(types)") }
        if value.isMapping {
            let members = try value.mapping()
            for name in schema["required"] as? [String] ?? [] where members[name] == nil {
                faults.append("\(path): \(name) is missing")
            }
            let known = schema["properties"] as? [String: Any] ?? [:]
            for (name, member) in members.values {
                if let property = known[name] as? [String: Any] {
                    faults += try Self.faults(of: member, by: property, at: "\(path).\(name)")
                } else if schema["additionalProperties"] as? Bool == false {
                    faults.append("\(path): \(name) is not allowed")
                } else if let other = schema["additionalProperties"] as? [String: Any] {
                    faults += try Self.faults(of: member, by: other, at: "\(path).\(name)")
                }
            }
        } else if value.isList {
            for (index, element) in try value.elements().enumerated() {
                let items = schema["items"] as? [String: Any] ?? [:]
                faults += try Self.faults(of: element, by: items, at: "\(path)[\(index)]")
            }
        } else {
            faults += try scalarFaults(of: value.text(), by: schema, at: path)
        }
        for (name, isOne) in [("anyOf", false), ("oneOf", true)] {
            guard let choices = schema[name] as? [[String: Any]] else { continue }
            let valid = try choices.count { try Self.faults(of: value, by: $0, at: path).isEmpty }
            if isOne ? valid != 1 : valid == 0 { faults.append("\(path): \(valid) of \(choices.count)") }
        }
        for part in schema["allOf"] as? [[String: Any]] ?? [] {
            faults += try Self.faults(of: value, by: part, at: path)
        }
        return faults
    }

    private static func scalarFaults(of text: String, by schema: [String: Any], at path: String) throws -> [String] {
        var faults: [String] = []
        if let words = schema["enum"] as? [String], !words.contains(text) {
            faults.append("\(path): \(text) is none of")
        }
        if let type = schema["type"] as? String, type != "string" { faults.append("\(path): \(text) is no \(type)") }
        if let pattern = schema["pattern"] as? String,
            text.range(of: pattern, options: .regularExpression) == nil
        {
            faults.append("\(path): \(text) is not \(pattern)")
        }
        if let number = Int(text.filter { $0 != "_" }) {
            if let least = schema["minimum"] as? Int, number < least {
                faults.append("\(path): \(number) is less than \(least)")
            }
            if let most = schema["maximum"] as? Int, number > most {
                faults.append("\(path): \(number) is more than \(most)")
            }
        }
        return faults
    }
}
