// What a long command would run and how long that takes: from what earlier ones of its kind took, else a shipped figure.

/// How long the units of a command took that is through.
public struct Pace: Codable, Equatable, Sendable {
    /// What the command is, such as `matrix`.
    public var kind: String
    /// What decides how long a unit takes, in words: only paces of the same size are compared.
    public var size: String
    /// How many units there were.
    public var units: Int
    /// How long all of them took, in seconds.
    public var seconds: Double

    /// Makes a pace.
    public init(kind: String, size: String, units: Int, seconds: Double) {
        (self.kind, self.size, self.units, self.seconds) = (kind, size, units, seconds)
    }

    /// Seconds a unit; nil where the numbers, which come from a file, are of no run.
    var secondsPerUnit: Double? {
        guard units > 0, seconds.isFinite, 0...1e9 ~= seconds else { return nil }
        return seconds / Double(units)
    }
}

/// A pace with the folder of the result that it is of.
public struct KeptPace: Equatable, Sendable {
    /// The folder.
    public var folder: String
    /// The pace.
    public var pace: Pace

    /// Makes one.
    public init(folder: String, pace: Pace) { (self.folder, self.pace) = (folder, pace) }
}

/// What a command is going to run.
public struct PlannedWork: Equatable, Sendable {
    /// What the command is, such as `matrix`.
    public var kind: String
    /// What a unit is called, such as `cell`.
    public var unit: String
    /// The units by name, in their order; empty where they have none.
    public var names: [String]
    /// How many units there are; at least 0.
    public var units: Int
    /// Why there may be more or fewer; nil where the number is certain.
    public var because: String?
    /// What decides how long a unit takes, in words.
    public var size: String
    /// How long a unit takes where nothing is known of this machine, in seconds.
    public var shippedSeconds: Double

    /// Makes a plan; without `units` there are as many as names.
    public init(
        kind: String, unit: String, names: [String] = [], units: Int? = nil, because: String? = nil, size: String,
        shippedSeconds: Double
    ) {
        (self.kind, self.unit, self.names, self.because) = (kind, unit, names, because)
        self.units = max(0, units ?? names.count)
        (self.size, self.shippedSeconds) = (size, shippedSeconds)
    }
}

/// What would run, and how long it takes.
public struct EstimateResult: VersionedResult, Equatable {
    /// The form of its JSON.
    public static let schema = ResultSchema("kbench.estimate")

    /// Where seconds a unit are from.
    public enum Basis: String, Codable, Sendable {
        /// Kept results of the same kind and size.
        case kept
        /// What is shipped: a rough figure, of another machine.
        case shipped
    }

    /// What the command is, such as `matrix`.
    public var kind: String
    /// What a unit is called.
    public var unit: String
    /// How many units would run.
    public var units: Int
    /// Why there may be more or fewer; null where the number is certain.
    @OrNull public var unitsBecause: String?
    /// The units by name; empty where they have none.
    public var names: [String]
    /// What decides how long a unit takes.
    public var size: String
    /// Seconds a unit.
    public var secondsPerUnit: Double
    /// Seconds for all of them.
    public var seconds: Double
    /// Where that is from.
    public var basis: Basis
    /// The folders of the results that it is from.
    public var from: [String]

    /// So many of the newest paces are taken: what was before them was perhaps another machine.
    static let mostPaces = 5

    /// Estimates, by the middle one of the newest `kept` paces that are of the same kind and size.
    public init(_ work: PlannedWork, kept: [KeptPace]) {
        // The names of folders begin with their times.
        let alike = kept.filter { $0.pace.kind == work.kind && $0.pace.size == work.size }
            .sorted { $0.folder < $1.folder }
            .compactMap { pace in pace.pace.secondsPerUnit.map { (pace.folder, $0) } }
            .suffix(Self.mostPaces)
        let known = alike.map(\.1).sorted()
        (kind, unit, units, unitsBecause) = (work.kind, work.unit, work.units, work.because)
        (names, size, from) = (work.names, work.size, alike.map(\.0))
        basis = known.isEmpty ? .shipped : .kept
        secondsPerUnit = known.isEmpty ? work.shippedSeconds : known[known.count / 2]
        seconds = secondsPerUnit * Double(work.units)
    }
}
