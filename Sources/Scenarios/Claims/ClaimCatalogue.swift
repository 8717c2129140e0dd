// The claims that are made for direct and receiver-based ingestion, by their stable identifiers.

/// What is claimed; the scenarios measure it.
public enum ClaimCatalogue {
    private static let claims: [(id: String, text: String)] = [
        ("C1", "Direct: after a failure the records are read again, so every one is processed"),
        ("C2", "Direct: Kafka serves as the file system, so every record is processed exactly once"),
        ("C3", "Receiver: the engine and the offset store can disagree, and then records are consumed again"),
        ("C4", "Direct: offsets are saved in the engine's own checkpoint, so a restart repeats nothing"),
        ("C5", "An upgrade makes the old checkpoint unreadable; starting from saved offsets restores exactly-once"),
        ("C6", "One call recovers the program from its checkpoint or begins anew"),
        ("C7", "A backlog after an outage can be too much: limit the rate, add power, or buffer"),
        ("C8", "Direct: each batch reads exactly a planned range of offsets"),
        ("C9", "Direct: one task per Kafka partition; with a receiver the two are unrelated"),
        ("C10", "A Kafka partition is like a block of a file system, so work can run near its data"),
        ("C11", "One to one limits parallelism, and a shuffle is slow; a free ratio would be better"),
        ("C12", "No write-ahead log is needed, which saves at least one copy on disk"),
        ("C13", "Reading from Kafka is faster than reading from the log's file system"),
        ("C14", "Receiver: records are stored and logged, and only then are the offsets moved"),
        ("C15", "Receiver: nothing received is lost, and what was saved with its offsets not moved comes again"),
        ("C16", "Two stores cannot change together; one store with the only view cures it"),
        ("C17", "Direct: the ranges are known first, then the job reads them, and the offsets are saved"),
        ("C18", "Running a batch again after a failure gives the same result as no failure"),
        ("C19", "Direct needs neither log nor receiver and gets each record in once, efficiently"),
        ("C20", "The worked example: type into a topic, see the word counts, with offsets in ZooKeeper"),
        ("C21", "A program can see a batch's offset ranges and keep its own checkpoint"),
    ]

    /// The identifiers, in order.
    public static var ids: [String] { claims.map(\.id) }

    /// The claim called `id`, in a sentence; nil when there is none.
    public static func text(of id: String) -> String? { claims.first { $0.id == id }?.text }
}
