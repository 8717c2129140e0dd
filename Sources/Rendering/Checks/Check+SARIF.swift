// Cases in the form that code hosts show beside the code: SARIF 2.1.0, of OASIS.
internal import Foundation

extension Judged {
    /// One result for each check that did not pass: broken is an error, what shows nothing a warning.
    ///
    /// - Throws: `EncodingError`, which text never gives.
    package func sarif() throws -> String {
        let results = checks.compactMap { check -> SARIF.Result? in
            guard let fault = check.fault else { return nil }
            let isBroken = if case .failed = check.standing { true } else { false }
            let again = check.reproduce.isEmpty ? "" : "\nagain: \(check.reproduce)"
            return SARIF.Result(
                ruleId: isBroken ? SARIF.broken.id : SARIF.invalid.id, level: isBroken ? "error" : "warning",
                message: .init(text: "\(check.name): \(fault)\(again)"),
                locations: [
                    .init(
                        logicalLocations: [.init(name: check.name, fullyQualifiedName: "\(suite): \(check.name)")])
                ])
        }
        let log = SARIF(runs: [
            .init(tool: .init(driver: .init(rules: [SARIF.broken, SARIF.invalid])), results: results)
        ])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(log), as: UTF8.self) + "\n"
    }
}

/// The parts of the format that are used here.
private struct SARIF: Encodable {
    static let broken = Rule(
        id: "guarantee-broken", shortDescription: .init(text: "Something is not as it must be."))
    static let invalid = Rule(
        id: "shows-nothing", shortDescription: .init(text: "What was to be observed could not be."))

    var schema = "https://json.schemastore.org/sarif-2.1.0.json"
    var version = "2.1.0"
    var runs: [Run]

    enum CodingKeys: String, CodingKey {
        case schema = "$schema"
        case version, runs
    }

    struct Run: Encodable {
        var tool: Tool
        var results: [Result]
    }

    struct Tool: Encodable {
        var driver: Driver
    }

    struct Driver: Encodable {
        var name = "kbench"
        var rules: [Rule]
    }

    struct Rule: Encodable {
        var id: String
        var shortDescription: Message
    }

    struct Message: Encodable {
        var text: String
    }

    struct Result: Encodable {
        var ruleId: String
        var level: String
        var message: Message
        var locations: [Location]
    }

    struct Location: Encodable {
        var logicalLocations: [Name]
    }

    struct Name: Encodable {
        var name: String
        var fullyQualifiedName: String
    }
}
