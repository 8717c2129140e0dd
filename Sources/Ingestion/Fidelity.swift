// Where an engine does as Spark Streaming did instead of as it should: deviations that can be switched one by one.

/// The set of deviations that a run reproduces.
public struct Fidelity: Codable, Hashable, Sendable {
    /// One thing that Spark Streaming does and a sound engine does not.
    public enum Deviation: String, CaseIterable, Codable, Sendable {
        /// A receiver commits the offset of the last record it has, not of the next one it wants, so that every restart
        /// reads one record per partition again (`ReliableKafkaReceiver`).
        case commitsLastOffset = "commit-last-offset"
        /// The write-ahead log is flushed to the operating system and never synced to the disk
        /// (`FileBasedWriteAheadLogWriter`).
        case skipsLogSync = "no-log-sync"
        /// A restart runs the newest batch of the checkpoint again, whether or not it had completed
        /// (`JobGenerator.restart`).
        case rerunsLastBatch = "rerun-last-batch"
        /// The log of block events is replayed only when there is a checkpoint, so that blocks received before the first
        /// one are forgotten (`ReceivedBlockTracker`).
        case replaysOnlyWithCheckpoint = "replay-needs-checkpoint"
        /// Batches are numbered by the clock, so that a driver that starts without a checkpoint gives new numbers to
        /// old records.
        case numbersByClock = "number-by-clock"
        /// Nothing keeps a second driver from the folder that holds checkpoints and logs (`StreamingContext` has no lock).
        case skipsDriverFence = "no-driver-fence"
        /// A frame of the write-ahead log is a length and a payload, without a checksum: what does not end within the file
        /// ends the log, and damage inside is not seen (`FileBasedWriteAheadLogReader`).
        case writesPlainFrames = "frames-without-checksum"
        /// A block that the log cannot give back fails its task, and the stream goes on without it
        /// (`WriteAheadLogBackedBlockRDD` in an application that outlives a failed job).
        case skipsDamagedBlocks = "skip-damaged-block"
        /// An orderly stop closes the log of events before the last batch is planned, so that blocks received since the batch
        /// before are not processed (`ReceiverTracker.stop`, which comes before `JobGenerator.stop`).
        case closesLogFirst = "stop-closes-log-first"
        /// For `direct-log-first`: a batch's entry in the offset log becomes durable only some tasks after its job was
        /// submitted (asynchronous progress tracking of Structured Streaming).
        case plansAfterSubmit = "plan-after-submit"

        /// Whether it belongs to the engine of discretised streams, which `spark` stands for; the others are options of
        /// Structured Streaming.
        package var isOfDStreams: Bool { self != .plansAfterSubmit }
    }

    /// The deviations, in the order of their declaration.
    public private(set) var deviations: [Deviation]

    /// A run with these deviations.
    public init(_ deviations: some Sequence<Deviation>) {
        let chosen = Array(deviations)
        self.deviations = Deviation.allCases.filter { chosen.contains($0) }
    }

    /// No deviation: the default.
    public static let sound = Fidelity([])
    /// All those of the engine of discretised streams: exactly as Spark Streaming does.
    public static let spark = Fidelity(Deviation.allCases.filter(\.isOfDStreams))

    /// Reads a name as ``name`` writes it; nil when it is none.
    public init?(named text: String) {
        switch text {
        case "sound": self = .sound
        case "spark": self = .spark
        default:
            let names = text.split(separator: "+", omittingEmptySubsequences: false)
            let deviations = names.compactMap { Deviation(rawValue: String($0)) }
            guard deviations.count == names.count else { return nil }
            self.init(deviations)
        }
    }

    /// What to write where a name was not understood.
    public static let fix =
        "write sound, spark, or deviations joined by +: " + Deviation.allCases.map(\.rawValue).joined(separator: ", ")

    /// Whether a run has this deviation.
    public func has(_ deviation: Deviation) -> Bool { deviations.contains(deviation) }

    /// `sound`, `spark`, or the names of the deviations joined by `+`.
    public var name: String {
        if self == .sound { return "sound" }
        return self == .spark ? "spark" : deviations.map(\.rawValue).joined(separator: "+")
    }

    /// Whether a receiver compares what it finds. Spark does not: with one of the habits of its log the log is believed
    /// as it is found, and what it has lost is lost in silence.
    package var comparesWhatItFinds: Bool {
        let habits: [Deviation] = [
            .skipsLogSync, .replaysOnlyWithCheckpoint, .writesPlainFrames, .skipsDamagedBlocks, .skipsDriverFence,
        ]
        return !habits.contains(where: has)
    }
}
