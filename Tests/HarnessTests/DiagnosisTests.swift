// What a person is told about an error: the exit code and the advice fit what happened.
import Compression
import Exploration
import Foundation
import Testing
import World

@testable import Harness

@Suite struct DiagnosisTests {
    static func disk(_ code: DiskError.Code, _ operation: String, _ path: String, _ reason: String) -> DiskError {
        DiskError(code, operation: operation, path: path, errorNumber: 0, reason: reason)
    }

    /// An error, its exit code, and a word of the fix.
    static let cases: [(error: any Error & Sendable, exitCode: World.ExitStatus, fix: String)] = [
        (disk(.notFound, "open", "state/wal/blocks/1.log", "No such file or directory"), .internalError, "restore it"),
        (disk(.notAllowed, "open", "results", "Permission denied"), .usage, "--out"),
        (disk(.noSpace, "write", "results", "No space left on device"), .internalError, "free space"),
        (
            disk(.noSpace, "write to", "standard output", "No space left on device"), .internalError,
            "standard output is full"
        ),
        (disk(.failed, "read", "results", "Input/output error"), .internalError, "check the device"),
        (disk(.failed, "open", "results", "Too many open files"), .internalError, "ulimit -n"),
    ]

    @Test("S4: exit code and advice fit the error, and promise nothing that is not kept", arguments: cases)
    func adviceFitsTheError(error: any Error & Sendable, exitCode: World.ExitStatus, fix: String) {
        let diagnosis = Diagnosis(of: error)
        #expect(diagnosis.exitCode == exitCode)
        #expect(diagnosis.fix.contains(fix), "\(diagnosis.fix)")
        #expect(!diagnosis.fix.contains("kept"), "the folder of a run goes with it")
    }

    @Test(
        "S4: a capsule that cannot be read names the place, and no type of its program",
        arguments: [
            ("{}", "'format' is missing"), ("[]", "it is no JSON of that form"),
            ("nothing", "it is no JSON of that form"),
            (#"{"format": "one"}"#, "'format' has a value that it cannot have"),
        ])
    func aCapsuleNamesThePlace(json: String, place: String) {
        let error = #expect(throws: ExplorationError.self) {
            try Capsule(decoding: Zstandard.compress(Array(json.utf8)), from: "c.capsule")
        }
        let cause = error.map { Diagnosis(of: $0).cause } ?? ""
        #expect(cause.contains("the capsule cannot be read: \(place)"), "\(cause)")
    }

    @Test("S4: cause and fix are one line each, and no terminal obeys them")
    func aDiagnosisIsPlainText() {
        let diagnosis = Diagnosis(cause: "topic \u{1b}[2J\nsaid", fix: "a\r\nb\u{7}", exitCode: .usage)
        #expect(diagnosis.cause == "topic \\u001b[2J said" && diagnosis.fix == "a b\\u0007")
    }
}
