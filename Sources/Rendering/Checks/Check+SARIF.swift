// Cases in the form that code hosts show beside the code: SARIF 2.1.0, of OASIS.
internal import Foundation

extension Judged {
    /// One result for each check that did not pass: broken is an error, what shows nothing a warning.
    ///
    /// Code hosts take no result without a place in a file: it is the file that says what was judged, the capsule that
    /// shows it, or else `place`, such as the file that the result was read from.
    ///
    /// - Throws: `EncodingError`, which text never gives.
    package func sarif(place: String = "results") throws -> String {
        let results = checks.compactMap { check -> SARIF.Result? in
            guard let fault = check.fault else { return nil }
            let isBroken = if case .failed = check.standing { true } else { false }
            let again = check.reproduce.isEmpty ? "" : "\nagain: \(check.reproduce)"
            let name = "\(suite): \(check.name)"
            return SARIF.Result(
                ruleId: isBroken ? SARIF.broken.id : SARIF.invalid.id, level: isBroken ? "error" : "warning",
                message: .init(text: "\(check.name): \(fault)\(again)"),
                locations: [
                    .init(
                        physicalLocation: .init(
                            artifactLocation: .init(uri: SARIF.uri(of: check.file ?? file ?? place))),
                        logicalLocations: [.init(name: check.name, fullyQualifiedName: name)])
                ], partialFingerprints: ["primaryLocationLineHash": SARIF.fingerprint(of: name)])
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
struct SARIF: Encodable {
    static let broken = Rule(
        id: "guarantee-broken", shortDescription: .init(text: "Something is not as it must be."))
    static let invalid = Rule(
        id: "shows-nothing", shortDescription: .init(text: "What was to be observed could not be."))

    /// A path as a reference from the root of the checkout, or of the machine.
    static func uri(of path: String) -> String {
        let plain = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        let encoded = plain.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? plain
        return path.hasPrefix("/") ? "file://" + encoded : encoded.replacing(":", with: "%3A")
    }

    /// What tells a case from all others, and is the same in every run (FNV-1a): all stand in the same line of a file.
    static func fingerprint(of name: String) -> String {
        let hash = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16) + ":1"
    }

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
        var partialFingerprints: [String: String]
    }

    struct Location: Encodable {
        var physicalLocation: Place
        var logicalLocations: [Name]
    }

    struct Place: Encodable {
        var artifactLocation: Artifact
        var region = Region()
    }

    struct Artifact: Encodable {
        var uri: String
    }

    /// A file is judged as a whole, which begins at its first line.
    struct Region: Encodable {
        var startLine = 1
    }

    struct Name: Encodable {
        var name: String
        var fullyQualifiedName: String
    }
}
