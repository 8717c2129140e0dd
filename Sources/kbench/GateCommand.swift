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

            With --baseline, what was measured now (--figures, a result of 'kbench bench') is held against what was stored: \
            another result, or a history. On another machine, what a clock measured is named and not compared; the policy's \
            other-machine says whether that is red.

            Exit codes: 0 the same or better, 2 slower, 3 a guarantee is broken, 5 a rule guards no metric, 6 inconclusive.
            """)

    @Option(help: ArgumentHelp("The policy.", valueName: "FILE"))
    var policy: String

    @Option(help: ArgumentHelp("A comparison that was made before.", valueName: "FILE"))
    var result: String?

    @Option(
        help: ArgumentHelp(
            "What was measured before: a result of 'kbench bench', or a history of them.", valueName: "FILE"))
    var baseline: String?

    @Option(help: ArgumentHelp("What was measured now: a result of 'kbench bench' as JSON.", valueName: "FILE"))
    var figures: String?

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
        var policy = try rules()
        if comparison.dry.dryRun, let base, let new {
            try CommandWords.refuse(["--result"], because: "BASE and NEW are compared now")
            return try output.write(try comparison.forecast(base, new).estimate)
        }
        let (comparison, unfinished) = try await compared(under: &policy)
        if let (name, better) = policy.contradiction(in: comparison) {
            throw Diagnosis(
                cause: "\(self.policy): direction: the comparison took the other way for better of \(name)",
                fix: "compare with --metric \(name):\(better.rawValue), or take direction out of the rule",
                exitCode: .usage)
        }
        let report = policy.judge(comparison)
        try output.write(
            report, keptAs: "gate", in: self.comparison.out, with: try Keeping.copies(of: self.policy, baseline),
            from: unfinished)
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
        guard result == nil, baseline == nil, figures == nil else { return policy }
        policy.rules.removeAll { !comparison.tier.includes($0.tier) }
        guard !policy.rules.isEmpty else {
            throw Diagnosis(
                cause: "\(self.policy): no rule is about tier \(comparison.tier.rawValue)",
                fix: "add one, or leave out --tier", exitCode: .invalidRun)
        }
        return policy
    }

    /// What the policy is to judge; where it lay in files, rules on exact figures are left out of it.
    private func compared(
        under policy: inout GatePolicy
    ) async throws -> (BuildComparison, UnfinishedRun?) {
        guard baseline == nil, figures == nil else { return (try stored(under: &policy), nil) }
        switch (result, base, new) {
        case (let result?, nil, nil):
            try CommandWords.refuse(
                ComparisonArguments.optionNames + ["--resume", "--dry-run"],
                because: "--result names a comparison that was made before")
            guard comparison.command.isEmpty else {
                throw Diagnosis(
                    cause: "'\(comparison.command.joined(separator: " "))' has no effect: --result names a comparison "
                        + "that was made before", fix: "leave it out", exitCode: .usage)
            }
            return (try GatePolicyFile.readComparison(result), nil)
        case (nil, let base?, let new?):
            _ = try comparison.forecast(base, new)
            return try await comparison.compare(base, new, as: "gate")
        default:
            throw Diagnosis(
                cause: "the gate needs --result, or --baseline and --figures, or BASE and NEW",
                fix: "name two binaries, or a file that kbench compare --format json wrote", exitCode: .usage)
        }
    }

    /// What was measured now beside what was stored.
    private func stored(under policy: inout GatePolicy) throws -> BuildComparison {
        guard let baseline, let figures, base == nil, result == nil else {
            throw Diagnosis(
                cause: "--baseline and --figures belong together, and no program and no --result beside them",
                fix: "give --baseline what was measured before, and --figures what was measured now", exitCode: .usage)
        }
        try CommandWords.refuse(
            ComparisonArguments.optionNames + ["--resume", "--dry-run"],
            because: "--baseline compares what was measured before")
        policy.rules.removeAll { $0.tier == 0 }
        guard !policy.rules.isEmpty else {
            throw Diagnosis(
                cause: "\(self.policy): no rule is about tier 1, and exact figures are no part of a benchmark",
                fix: "add one, or compare exact figures with --tier 0", exitCode: .invalidRun)
        }
        let now = try StoredBaseline(figures, option: "--figures")
        return try StoredBaseline(baseline, option: "--baseline", machine: now.machine).compared(
            with: now, policy: policy)
    }
}
