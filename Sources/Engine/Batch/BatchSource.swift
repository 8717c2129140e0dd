// What a strategy adds to the batch loop: which batches there are, and how each becomes durable.
internal import World

/// The strategy's side of the batch loop.
protocol BatchSource: AnyObject {
    /// The batches that an earlier life planned and did not complete, oldest first.
    func batchesToRunAgain() throws -> [PlannedBatch]

    /// Plans the next batch when one is due, and makes the plan as durable as the strategy promises; nil: none is due.
    func planNext() throws -> PlannedBatch?

    /// The batch's job is about to start.
    func didSubmit(_ batch: PlannedBatch) throws

    /// All output of the batch is durable in the sink.
    func didOutput(_ batch: PlannedBatch) throws

    /// The batch is complete; this is how it went.
    func didComplete(_ batch: BatchStatistics)

    /// When the batch planned last was due; nil where batches are not due at times.
    var dueAt: Nanoseconds? { get }

    /// Whether every record of the run's input is in a batch that was planned.
    var isExhausted: Bool { get }
}
