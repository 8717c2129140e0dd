// What a machine, a folder and a broker are good for, as `kbench doctor` finds them.

/// The outcome of `kbench doctor`: a line for each thing that was looked at.
public struct DoctorResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.doctor")

    /// How a thing is.
    public enum Standing: String, Codable, Sendable, CaseIterable {
        /// Nothing is wrong with it.
        case ok
        /// Results can be had, and are to be read with what is said.
        case warning
        /// Some runs cannot be made, or would show nothing.
        case failure
        /// It could not be looked at, because of something else.
        case skipped
    }

    /// One thing.
    public struct Line: Codable, Equatable, Sendable {
        /// What was looked at, such as `sync`.
        public var name: String
        /// What was found, in words.
        public var found: String
        /// How it is.
        public var standing: Standing
        /// What it means for results.
        public var means: String
        /// What mends it; null where there is nothing to mend.
        @OrNull public var mend: String?
        /// What was measured, by name with its unit.
        public var figures: [String: Double]

        /// Makes a line.
        public init(
            _ name: String, _ standing: Standing = .ok, found: String, means: String, mend: String? = nil,
            figures: [String: Double] = [:]
        ) {
            self.name = name
            self.standing = standing
            self.found = found
            self.means = means
            self.mend = standing == .ok ? nil : mend
            self.figures = figures
        }
    }

    /// The things, in the order in which they were looked at.
    public var lines: [Line]
    /// Whether no broker answered that was named.
    public var isBrokerGone: Bool
    /// How long all of it took, in seconds.
    public var seconds: Double

    /// Makes a result.
    public init(_ lines: [Line], isBrokerGone: Bool = false, seconds: Double) {
        self.lines = lines
        self.isBrokerGone = isBrokerGone
        self.seconds = seconds
    }

    /// The worst of all; what was skipped hangs on something else that is told.
    public var standing: Standing {
        [.failure, .warning].first { worst in lines.contains { $0.standing == worst } } ?? .ok
    }
}
