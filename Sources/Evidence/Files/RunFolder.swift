// Where things lie in a run's folder.

/// The layout of a run's folder.
public enum RunFolder {
    /// The sink's rows: what the verdict looks at.
    public static func sink(of directory: String) -> String { "\(directory)/sink" }
    /// The read journal.
    public static func evidence(of directory: String) -> String { "\(directory)/evidence" }
    /// The states of a job that keeps one.
    package static func jobState(of directory: String) -> String { "\(directory)/job" }
    /// Scratch files of a batch that shuffles.
    package static func shuffle(of directory: String) -> String { "\(directory)/shuffle" }
    /// The write-ahead log of blocks.
    package static func blockLog(of directory: String) -> String { "\(directory)/wal/blocks" }
    /// The write-ahead log of block events.
    package static func eventLog(of directory: String) -> String { "\(directory)/wal/events" }
    /// The checkpoints.
    package static func checkpoints(of directory: String) -> String { "\(directory)/checkpoints" }
    /// The offset and commit logs.
    package static func offsetLog(of directory: String) -> String { "\(directory)/offset-log" }

    /// A part of a run's folder whose cost is counted apart.
    public enum Part: String, CaseIterable, Sendable {
        /// The write-ahead logs of blocks and events.
        case log = "wal"
        /// Checkpoints.
        case checkpoints
        /// The offset and commit logs.
        case offsetLog = "offset-log"
        /// The sink's rows.
        case sink
        /// What the run is judged by, which is no cost of the engine's.
        case evidence
        /// Anything else.
        case other
    }

    /// The part that a path lies in, by the last of its folders that names one.
    package static func part(of path: String) -> Part {
        for folder in path.split(separator: "/").reversed() {
            if let part = Part(rawValue: String(folder)) { return part }
        }
        return .other
    }
}
