// `kbench gate`: a policy decides over the comparison of two builds.
internal import ArgumentParser
internal import Gate
internal import Harness
internal import Posix
internal import Rendering
internal import Results
internal import World

/// Lets a change pass, or not.
struct GateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gate",
        abstract: "Decide by a policy whether a new build may pass.",
        discussion: """
            The policy (YAML, such as Benchmarks/gate.yaml) says which metrics block, by how much they may be worse, and \
            whether an inconclusive one is red. Other metrics only notify. The comparison is made now, of BASE and NEW, or \
            read from a file that 'kbench compare --format json' wrote. With --tier, rules on the other tier are left out.

            Exit codes: 0 the same or better, 2 slower, 3 a guarantee is broken, 5 a rule guards no metric, 6 inconclusive.
            """)

    @Option(help: ArgumentHelp("The policy.", valueName: "FILE"))
    var policy: String

    @Option(help: ArgumentHelp("A comparison that was made before.", valueName: "FILE"))
    var result: String?

    @Argument(
        help:
            "The binary to compare with, or for --tier 0 a file with its 'counts --format json'; left out with --result."
    )
    var base: String?

    @Argument(help: "The new binary; left out with --result.")
    var new: String?

    @OptionGroup var comparison: ComparisonArguments

    @OptionGroup var output: VerdictOptions

    func run() async throws {
        let policy = try rules()
        let report = policy.judge(try await compared())
        try output.write(report, keptAs: "gate", in: comparison.out, with: try Keeping.copies(of: self.policy))
        if report.verdict == .invalid, let idle = report.rulesWithoutMetric.first {
            throw Diagnosis(
                cause: "\(self.policy): the comparison has no metric for the rule on '\(idle)'",
                fix: "compare with --tier all and a command that prints it, or take the rule out", exitCode: .invalidRun
            )
        }
        if report.verdict != .same { throw ExitCode(report.verdict.exitCode.rawValue) }
    }

    /// The policy's rules on what is compared: one on the other tier would guard nothing.
    private func rules() throws -> GatePolicy {
        var policy = try GatePolicyFile.read(policy)
        // A comparison that was made before is of the tiers that it is of.
        guard result == nil else { return policy }
        policy.rules.removeAll { !comparison.tier.includes($0.tier) }
        guard !policy.rules.isEmpty else {
            throw Diagnosis(
                cause: "\(self.policy): no rule is about tier \(comparison.tier.rawValue)",
                fix: "add one, or leave out --tier", exitCode: .invalidRun)
        }
        return policy
    }

    private func compared() async throws -> BuildComparison {
        switch (result, base, new) {
        case (let result?, nil, nil):
            try CommandWords.refuse(
                ComparisonArguments.optionNames, because: "--result names a comparison that was made before")
            guard comparison.command.isEmpty else {
                throw Diagnosis(
                    cause: "'\(comparison.command.joined(separator: " "))' has no effect: --result names a comparison "
                        + "that was made before", fix: "leave it out", exitCode: .usage)
            }
            return try GatePolicyFile.readComparison(result)
        case (nil, let base?, let new?): return try await comparison.compare(base, new)
        default:
            throw Diagnosis(
                cause: "the gate needs either --result or BASE and NEW",
                fix: "name two binaries, or a file that kbench compare --format json wrote", exitCode: .usage)
        }
    }
}
