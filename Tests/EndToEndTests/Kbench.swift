// Runs the built binary as a person would, in a folder of its own, and tells everything that came of it.
import Foundation
import Subprocess
import SystemPackage
import Testing

/// All tests that run the binary. The limit only ends a test that hangs; nothing is measured by it.
@Suite(.timeLimit(.minutes(25))) enum EndToEnd {}

/// How a run ended.
enum Ending: Equatable, Sendable {
    case exited(Int32)
    case signaled(Int32)
}

/// What a run of kbench came to.
struct Outcome: Sendable, CustomStringConvertible {
    let status: Ending
    let output: String
    let errors: String

    var errorLines: [String] {
        errors.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// The output as one line: a sentence of it may have been broken to fit the width.
    var sentences: String { output.split(whereSeparator: \.isWhitespace).joined(separator: " ") }

    /// Everything, for the message of a failed expectation.
    var description: String { "\(status)\n--- stdout\n\(output)--- stderr\n\(errors)" }

    /// The result printed with `--format json`.
    func report() throws -> ReportContract { try JSONDecoder().decode(ReportContract.self, from: Data(output.utf8)) }
}

enum Kbench {
    /// The running child, as the body of ``run(_:in:ownGroup:_:)`` sees it.
    typealias Child = Execution<NoInput, StringOutput<UTF8>, StringOutput<UTF8>>

    /// The built binary: it lies beside the bundle of tests, which is the program that runs now.
    static let path: String = {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("kbench").path
    }()

    /// Runs kbench in `folder`; `body` may watch or signal it meanwhile.
    static func run(
        _ arguments: [String], in folder: Folder, ownGroup: Bool = false,
        _ body: @Sendable (Child) async throws -> Void = { _ in }
    ) async throws -> Outcome {
        try await runProgram(path, arguments, in: folder, ownGroup: ownGroup, body)
    }

    /// Runs any program in `folder`; without `waits`, also where as many run already as should at once.
    static func runProgram(
        _ program: String, _ arguments: [String], in folder: Folder, ownGroup: Bool = false, waits: Bool = true,
        _ body: @Sendable (Child) async throws -> Void = { _ in }
    ) async throws -> Outcome {
        try #require(FileManager.default.isExecutableFile(atPath: program), "\(program) is not there")
        // Whoever looks at something while another program runs must not wait for that one's end.
        if waits { await Slots.shared.take() }
        defer { if waits { Task { await Slots.shared.giveBack() } } }
        var options = PlatformOptions()
        if ownGroup { options.processGroupID = 0 }
        let result = try await Subprocess.run(
            .path(FilePath(program)), arguments: Arguments(arguments), workingDirectory: FilePath(folder.path),
            platformOptions: options, input: .none, output: .string(limit: 1 << 24), error: .string(limit: 1 << 20),
            body: body)
        let ending: Ending =
            switch result.terminationStatus {
            case .exited(let code): .exited(code)
            case .signaled(let signal): .signaled(signal)
            }
        return Outcome(status: ending, output: result.standardOutput, errors: result.standardError)
    }
}

/// As many runs at once as a small machine has cores: more would only wait for each other.
private actor Slots {
    static let shared = Slots(count: 2)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(count: Int) { free = count }

    func take() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func giveBack() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
