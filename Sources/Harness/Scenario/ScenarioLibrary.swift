// Finds scenarios: those built in, by name, and any other by its file.
internal import Foundation

/// The scenarios there are.
public enum ScenarioLibrary {
    /// A built-in scenario as a list shows it.
    public struct Entry: Equatable, Sendable {
        /// The name.
        public var name: String
        /// What it shows, in a line.
        public var summary: String
    }

    /// The texts of the built-in scenarios, the flagship first. A test compares this with the folder `scenarios`.
    private static let texts: [(name: String, bytes: [UInt8])] = [
        ("crash-before-commit", PackageResources.crash_before_commit_yaml),
        ("crash-after-output", PackageResources.crash_after_output_yaml),
        ("torn-wal", PackageResources.torn_wal_yaml),
        ("idle-crash", PackageResources.idle_crash_yaml),
        ("batch-keyed-trap", PackageResources.batch_keyed_trap_yaml),
        ("no-crash", PackageResources.no_crash_yaml),
    ]

    /// The names of the built-in scenarios.
    public static var names: [String] { texts.map(\.name) }

    /// The built-in scenarios, the flagship first.
    ///
    /// - Throws: ``ScenarioError`` when one of them is broken, which the tests rule out.
    public static func list() throws(ScenarioError) -> [Entry] {
        var entries: [Entry] = []
        for name in names { entries.append(Entry(name: name, summary: try find(name).summary)) }
        return entries
    }

    /// The YAML text of the built-in scenario `name`; nil when there is none of that name.
    public static func text(of name: String) -> String? {
        texts.first { $0.name == name }.map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    /// Finds a scenario by its built-in name, or reads the file when `nameOrPath` has a slash or ends in `.yaml`.
    ///
    /// - Throws: ``ScenarioError``.
    public static func find(_ nameOrPath: String) throws(ScenarioError) -> Scenario {
        if nameOrPath.contains("/") || nameOrPath.hasSuffix(".yaml") || nameOrPath.hasSuffix(".yml") {
            return try ScenarioFile.read(nameOrPath)
        }
        guard let text = text(of: nameOrPath) else {
            throw ScenarioError(
                .unknownName, "no scenario has this name",
                fix: Suggestion.fix(for: nameOrPath, among: names, as: "scenarios") + ", or the path of a .yaml file",
                at: ScenarioError.Location(nameOrPath))
        }
        return try ScenarioFile.parse(text, file: "\(nameOrPath).yaml")
    }
}
