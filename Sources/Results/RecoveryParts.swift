// What a recovery spends its time on, from the kill to the first output that is not a repetition.

/// The parts of recovery, one after the other, in seconds; nil for a part that was not reached, such as all of them in a
/// run without a crash. After several crashes each part is summed over the recoveries.
public struct RecoveryParts: Codable, Equatable, Sendable {
    /// From the kill to the start of the next process.
    @OrNull public var detectSeconds: Double?
    /// From there to the engine, which has to connect to the broker first.
    @OrNull public var openSeconds: Double?
    /// Listing and reading logs and checkpoints.
    @OrNull public var readSeconds: Double?
    /// Running batches of earlier lives again; 0 when there are none.
    @OrNull public var replaySeconds: Double?
    /// From there to the first records fetched; nil where output did not wait for any.
    @OrNull public var refetchSeconds: Double?
    /// From there to the first row that is not a batch's second run.
    @OrNull public var firstFreshOutputSeconds: Double?

    /// Makes parts of which none was reached.
    public init() {}
}
