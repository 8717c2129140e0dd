// How a scenario's records are made and spread, where they are not all alike and evenly.
internal import Engine
public import Evidence

/// A load of another shape than evenly spread records of one size; what it says nothing of is as in any other load.
public struct LoadSettings: Equatable, Sendable {
    /// What keys the records have.
    public enum Keys: Equatable, Sendable {
        /// None.
        case none
        /// One for each record, which is the record's number.
        case unique
        /// So many keys, of which the first has this share of the records, in per cent, and the others the rest evenly.
        case skewed(count: Int, hotPercent: Int)

        package static let words = ["none", "unique"]
    }

    /// How many bytes a value has.
    public enum Sizes: Equatable, Sendable {
        /// Always so many.
        case fixed(Int)
        /// Any number of this range, all equally often.
        case range(ClosedRange<Int>)
        /// One of these, as often as its weight says.
        case histogram([Bin])

        /// A size and how often it comes, against the others.
        public struct Bin: Equatable, Sendable {
            /// The bytes.
            public var bytes: Int
            /// The weight.
            public var weight: Int

            /// Makes a bin.
            package init(bytes: Int, weight: Int) {
                self.bytes = bytes
                self.weight = weight
            }
        }

        /// The most bytes of a value.
        public var most: Int {
            switch self {
            case .fixed(let bytes): bytes
            case .range(let range): range.upperBound
            case .histogram(let bins): bins.map(\.bytes).max() ?? 0
            }
        }

        /// The fewest bytes of a value.
        public var fewest: Int {
            switch self {
            case .fixed(let bytes): bytes
            case .range(let range): range.lowerBound
            case .histogram(let bins): bins.map(\.bytes).min() ?? 0
            }
        }

        /// The bytes of a value on average, rounded up.
        public var mean: Int {
            switch self {
            case .fixed(let bytes): return bytes
            case .range(let range): return (range.lowerBound + range.upperBound + 1) / 2
            case .histogram(let bins):
                let weights = max(1, bins.reduce(0) { $0 + $1.weight })
                return (bins.reduce(0) { $0 + $1.bytes * $1.weight } + weights - 1) / weights
            }
        }
    }

    /// Values that somebody wrote, a line each.
    public struct Lines: Equatable, Sendable {
        /// The file, as it was named.
        public var path: String
        /// The lines without their ends; at least one.
        public var values: [[UInt8]]

        /// Names the file and its lines.
        public init(path: String, values: [[UInt8]]) {
            self.path = path
            self.values = values
        }
    }

    /// A header that every record has.
    public struct Header: Equatable, Sendable {
        /// Its name.
        public var name: String
        /// Its value.
        public var value: String

        /// Makes a header.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// In which transactions records come.
    public struct Transactions: Equatable, Sendable {
        /// Records of each.
        public var records: Int
        /// How many of 100 transactions are aborted.
        public var abortedPercent: Int

        /// Makes such settings.
        package init(records: Int, abortedPercent: Int) {
            self.records = records
            self.abortedPercent = abortedPercent
        }
    }

    /// A partition's part of the records, one number for each; nil: all the same.
    public var weights: [Int]?
    /// The keys.
    public var keys = Keys.none
    /// How many of 100 records have no value.
    public var tombstonePercent = 0
    /// How many bytes values have; nil: as the scenario says, or as the lines have.
    public var sizes: Sizes?
    /// The values; nil: kbench's own.
    public var lines: Lines?
    /// The headers, in the file's order.
    public var headers: [Header] = []
    /// The transactions; nil: none.
    public var transactions: Transactions?
    /// Records a second that arrive while the engine runs; nil: all are there before.
    public var rate: Int?

    /// A load like any other.
    public init() {}

    /// How records are told apart: by what kbench writes into each value, or, where a value may be null, somebody else's or
    /// too small for that, by where they lie.
    public var origin: RecordOrigin {
        let fits = (sizes?.fewest ?? RecordFormat.minimumLength) >= RecordFormat.minimumLength
        return tombstonePercent == 0 && lines == nil && fits ? .kbench : .anyone
    }
}

extension LoadSettings {
    /// How records are dealt to partitions and transactions.
    public var pattern: LoadPattern {
        LoadPattern(
            weights: weights ?? [],
            transactions: transactions.map { .init(records: $0.records, abortedPercent: $0.abortedPercent) })
    }

    /// The bytes of a value on average, rounded up; nil where the load says nothing about values.
    public var meanBytes: Int? {
        if let lines { return (lines.values.reduce(0) { $0 + $1.count } + lines.values.count - 1) / lines.values.count }
        return sizes?.mean
    }
}
