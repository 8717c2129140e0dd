// Reads a gate's policy from YAML, and a comparison from its JSON file.
internal import Foundation
public import Harness
public import Results
internal import World

/// Reads what a gate needs.
public enum GatePolicyFile {
    /// Reads the policy in the file at `path`.
    ///
    /// - Throws: ``ScenarioError`` with file, line and key.
    public static func read(_ path: String) throws(ScenarioError) -> GatePolicy {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw ScenarioError(
                .unreadable, "the policy cannot be read", fix: "name a file such as Benchmarks/gate.yaml",
                at: ScenarioError.Location(path))
        }
        return try parse(String(decoding: bytes, as: UTF8.self), file: path)
    }

    /// Reads the policy in `text`; `file` is what errors call it.
    ///
    /// - Throws: ``ScenarioError`` with file, line and key.
    public static func parse(_ text: String, file: String) throws(ScenarioError) -> GatePolicy {
        let root = try YAMLValue.root(of: text, file: file)
        let top = try root.mapping(known: ["inconclusive", "other-machine", "rules"])
        let word = try top.required("inconclusive")
        let inconclusiveIsRed = try word.isRed()
        let otherMachineIsRed = try top["other-machine"]?.isRed() ?? true
        var rules: [GatePolicy.Rule] = []
        for element in try top.required("rules").elements() {
            let rule = try element.mapping(known: ["metric", "tier", "margin", "margin-percent", "direction"])
            rules.append(
                GatePolicy.Rule(
                    metric: try rule.required("metric").text(), tier: try rule.required("tier").integer(in: 0...1),
                    marginPercent: try margin(of: rule), direction: try rule["direction"]?.direction()))
        }
        return GatePolicy(rules: rules, inconclusiveIsRed: inconclusiveIsRed, otherMachineIsRed: otherMachineIsRed)
    }

    /// The margin of a rule, by either of its names.
    private static func margin(of rule: YAMLMapping) throws(ScenarioError) -> Double {
        guard let margin = rule["margin"] else { return try rule.required("margin-percent").percent() }
        if let other = rule["margin-percent"] {
            throw other.error(.impossibleValue, "the rule has a margin already", fix: "leave out one of the two")
        }
        return try margin.margin()
    }

    /// Reads the comparison that `kbench compare --format json` printed.
    ///
    /// - Throws: ``Diagnosis``.
    public static func readComparison(_ path: String) throws(Diagnosis) -> BuildComparison {
        guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: path)) else { throw noComparison(path) }
        return try comparison([UInt8](bytes), from: path)
    }

    /// Reads the comparison in `bytes`; `path` is what errors call it.
    ///
    /// - Throws: ``Diagnosis``, also for a number that no comparison has.
    public static func comparison(_ bytes: [UInt8], from path: String) throws(Diagnosis) -> BuildComparison {
        guard let comparison = try? BuildComparison(json: Data(bytes)) else { throw noComparison(path) }
        do {
            try NumberCheck.check(comparison.marginPercent, 0...1000, "marginPercent")
            for metric in comparison.metrics {
                for ratio in [metric.ratio] + (metric.confirmation.map { [$0.ratio] } ?? []) {
                    for value in [ratio.median, ratio.low, ratio.high] {
                        try NumberCheck.check(value, 0...1e15, "the ratio of \(metric.name)")
                    }
                }
                try NumberCheck.check(metric.pAdjusted, 0...1, "pAdjusted of \(metric.name)")
            }
        } catch {
            throw Diagnosis(cause: "--result \(path): \(error.cause)", fix: error.fix, exitCode: .usage)
        }
        return comparison
    }

    private static func noComparison(_ path: String) -> Diagnosis {
        Diagnosis(
            cause: "--result: \(path) is no comparison",
            fix: "write one with: kbench compare BASE NEW --format json > \(path)", exitCode: .usage)
    }
}

extension YAMLValue {
    /// Whether it is `red`, and not `pass`.
    fileprivate func isRed() throws(ScenarioError) -> Bool {
        let text = try text()
        guard ["pass", "red"].contains(text) else {
            throw error(.unknownName, "'\(text)' is not known here", fix: "write pass or red")
        }
        return text == "red"
    }

    /// Which way a metric is better.
    fileprivate func direction() throws(ScenarioError) -> GateMetric.Better {
        let text = try text()
        guard let better = GateMetric.Better(rawValue: text) else {
            throw error(
                .unknownName, "'\(text)' is not known here",
                fix: "write higher where more is better, or lower where less is")
        }
        return better
    }

    /// A share such as `10%`.
    fileprivate func margin() throws(ScenarioError) -> Double {
        let text = try text()
        guard text.hasSuffix("%"), let number = Double(text.dropLast().filter { $0 != " " }),
            (0...1000).contains(number)
        else {
            throw error(.impossibleValue, "'\(text)' is no margin", fix: "write per cent from 0 to 1000, such as 10%")
        }
        return number
    }

    /// A share in per cent, from 0 to 1000.
    fileprivate func percent() throws(ScenarioError) -> Double {
        let text = try text()
        guard let number = Double(text), (0...1000).contains(number) else {
            throw error(.impossibleValue, "'\(text)' is no number of per cent", fix: "write a number from 0 to 1000")
        }
        return number
    }
}
