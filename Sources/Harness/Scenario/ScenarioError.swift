// What is wrong with a scenario, or with the request for one: where, what, and how to put it right.
public import World

/// A scenario file, a scenario's name or a command-line override that cannot be used.
public struct ScenarioError: DiagnosticError, Equatable, Sendable, CustomStringConvertible {
    /// The kind of mistake, for programs.
    public typealias Code = ErrorCode<ScenarioError>

    /// Where the mistake is.
    public struct Location: Equatable, Sendable, CustomStringConvertible {
        /// The file, or the option of the command line, such as `--strategy`.
        public var source: String
        /// The line, from 1; nil when the mistake is in no line.
        public var line: Int?
        /// The key, such as `runs[0].crash`; nil when the mistake is in no key.
        public var key: String?

        /// Makes a location.
        public init(_ source: String, line: Int? = nil, key: String? = nil) {
            self.source = source
            self.line = line
            self.key = key
        }

        /// `file:line: key`, as far as they are known.
        public var description: String {
            source + (line.map { ":\($0)" } ?? "") + (key.map { ": \($0)" } ?? "")
        }
    }

    /// The kind of mistake.
    public var code: Code
    /// What is wrong, naming the value.
    public var message: String
    /// How to put it right, in one line.
    public var fix: String
    /// Where it is.
    public var location: Location

    /// Makes an error.
    public init(_ code: Code, _ message: String, fix: String, at location: Location) {
        self.code = code
        self.message = message
        self.fix = fix
        self.location = location
    }

    /// Place and message in one line.
    public var cause: String { "\(location): \(message)" }
    /// The command line, or the file it names, is wrong.
    public var exitCode: ExitStatus { .usage }
    /// Cause and fix in one line.
    public var description: String { "\(cause) (\(fix))" }
}

extension ErrorCode<ScenarioError> {
    /// The text is not YAML.
    public static var syntax: Self { Self(rawValue: "syntax") }
    /// A key that scenarios do not have.
    public static var unknownKey: Self { Self(rawValue: "unknown-key") }
    /// A key given twice in one mapping.
    public static var duplicateKey: Self { Self(rawValue: "duplicate-key") }
    /// A key that must be there and is not.
    public static var missingKey: Self { Self(rawValue: "missing-key") }
    /// Text where a number belongs, a list where a mapping belongs, and so on.
    public static var wrongType: Self { Self(rawValue: "wrong-type") }
    /// A value of the right type that no run can have.
    public static var impossibleValue: Self { Self(rawValue: "impossible-value") }
    /// A strategy, sink, crash point or scenario that does not exist.
    public static var unknownName: Self { Self(rawValue: "unknown-name") }
    /// A file that is not there or cannot be read.
    public static var unreadable: Self { Self(rawValue: "unreadable") }
    /// Overrides that leave nothing to run.
    public static var nothingToRun: Self { Self(rawValue: "nothing-to-run") }
}
