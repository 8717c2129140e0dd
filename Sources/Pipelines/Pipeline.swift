// What a pipeline is to the judge: how it is started, what it is fed, where its rows are, what it claims.
package import BrokerScript
package import KafkaProxy
package import Results
internal import World

/// A pipeline that somebody else wrote.
package struct Pipeline: Sendable {
    /// What results call it.
    package var name: String
    /// The folder that its commands start in.
    package var folder: String
    /// Commands that are run to their end before a run's first life.
    package var setup: [[String]] = []
    /// Prints what it runs, by name and version, and fails where that is not installed; nil: nobody can ask.
    package var version: [String]?
    /// What a life is, by words; each may have placeholders.
    package var command: [String]
    /// What its environment has besides, with placeholders.
    package var environment: [(name: String, value: String)] = []
    package var load = PipelineLoad()
    package var output = PipelineOutput.files(Placeholders.output)
    package var reading = RowReading()
    /// Whether the group's offsets say where it goes on; else nothing follows from a kill.
    package var offsetsAreGroups = true
    package var guarantee = PipelineGuarantee.atLeastOnce
    package var drain = DrainLimits()
    /// Where it is to be killed; empty: where it writes, reads and commits.
    package var points: [String] = []
    package var occurrences: [Occurrence] = [.first, .middle]
    /// What ends whatever a SIGKILL to its processes does not reach, such as a container; nil: nothing does.
    package var killer: [String]?
    /// What happens at the embedded broker while it lives; nil: nothing.
    package var script: [EventWords]?

    /// Makes a pipeline that is started by `command`.
    package init(name: String, folder: String, command: [String]) {
        self.name = name
        self.folder = folder
        self.command = command
    }
}

/// The records that a pipeline is fed.
package struct PipelineLoad: Equatable, Sendable {
    package var records = 2_000
    package var partitions = 4
    /// Bytes of a value, at least ``leastBytes``.
    package var recordBytes = 100
    /// Records of a batch in a partition.
    package var batchRecords = 50
    /// Whether it gets one batch at a time, so that a small load meets many points.
    package var trims = false
    /// Whether each answer with records is held until wire and output have been silent.
    package var isInLockstep = false

    /// By partition, where its records end.
    var ends: [Offset] { (0..<partitions).map { Offset((records - $0 + partitions - 1) / partitions) } }

    /// Room for a record's number.
    package static let leastBytes = 64
}

/// When a run counts as done.
package struct DrainLimits: Equatable, Sendable {
    /// How long the output has to be unchanged, in milliseconds.
    package var quietMilliseconds = 500
    /// How much longer the group's offsets are waited for, in milliseconds: some pipelines never commit the last ones.
    package var commitMilliseconds = 6_000
    /// How long a life may take, in seconds.
    package var timeoutSeconds = 120
    /// How long a life may take to stop when it is asked to, in seconds.
    package var stopSeconds = 10
}

/// Which of the frames at a point the kill waits for.
package enum Occurrence: Equatable, Sendable {
    case first, middle, last, all
    case number(Int)

    /// Reads a word: `first`, `middle`, `last`, `all`, or a number from 1 on.
    package init?(_ word: String) {
        switch word {
        case "first": self = .first
        case "middle": self = .middle
        case "last": self = .last
        case "all": self = .all
        default:
            guard let number = Int(word), number >= 1 else { return nil }
            self = .number(number)
        }
    }

    /// The frames that are meant where a run without a kill has seen `count`.
    package func numbers(of count: Int) -> [Int] {
        switch self {
        case .first: [1]
        case .middle: [max(1, (count + 1) / 2)]
        case .last: [max(1, count)]
        case .all: Array(1...max(1, count))
        case .number(let number): [number]
        }
    }
}

/// What stands for what differs from run to run.
package enum Placeholders {
    package static let output = "{output}"
    package static let outputTopic = "{output-topic}"

    /// The values of a run.
    package struct Values: Sendable {
        package var bootstrap: String
        package var topic: String
        package var outputTopic: String
        package var group: String
        package var output: String
        package var state: String

        /// Each placeholder without its braces, and its value.
        private var all: [(name: String, value: String)] {
            [
                ("bootstrap", bootstrap), ("topic", topic), ("output-topic", outputTopic), ("group", group),
                ("output", output), ("state", state),
            ]
        }

        /// The same as variables of the environment, such as `KBENCH_OUTPUT_TOPIC`.
        package var environment: [String: String] {
            all.reduce(into: [:]) {
                $0["KBENCH_\($1.name.uppercased().replacing("-", with: "_"))"] = $1.value
            }
        }

        /// A text with the values in it.
        package func filled(_ text: String) -> String {
            all.reduce(text) { $0.replacing("{\($1.name)}", with: $1.value) }
        }
    }

    /// The names in braces of a text that stand for nothing.
    package static func unknown(in text: String) -> [String] {
        let known = Set(["bootstrap", "topic", "output-topic", "group", "output", "state"])
        return text.matches(of: #/\{([a-z-]+)\}/#).map { String($0.1) }.filter { !known.contains($0) }
    }
}

extension Pipeline {
    /// The points that are tried where nobody says which: reads, writes, commits and transactions.
    package static let usualPoints: [WirePoint] =
        [.fetchRecords]
        + [0, 8, 28, 24, 25, 26].flatMap { [WirePoint($0, .request), WirePoint($0, .response)] }
}
