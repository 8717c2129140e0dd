// How a batch's work is divided into tasks, and how many of them run at once.

/// The tasks of a batch. The default is one task per input, one after the other.
public struct TaskSettings: Codable, Equatable, Sendable {
    /// Tasks that run at once, each on a thread of its own; at least 1. With one, tasks run in order, which is what
    /// lets the outcome of a crash be known beforehand.
    public var slots: Int
    /// The fewest tasks that a direct batch is split into, as far as its ranges allow; nil: one task per range.
    public var minPartitions: Int?
    /// The tasks that write the output after a shuffle, at least 1; nil: no shuffle, each task writes what it read.
    public var repartition: Int?
    /// Time that a task lets pass for each record it outputs, in microseconds: a stand-in for a computation.
    public var simulatedWorkMicroseconds: Int

    /// Makes settings; without arguments, the default.
    public init(
        slots: Int = 1, minPartitions: Int? = nil, repartition: Int? = nil, simulatedWorkMicroseconds: Int = 0
    ) {
        self.slots = slots
        self.minPartitions = minPartitions
        self.repartition = repartition
        self.simulatedWorkMicroseconds = simulatedWorkMicroseconds
    }

    /// Whether each input is one task and the tasks run in order: what the closed forms are about.
    public var isOneToOneInOrder: Bool { slots == 1 && minPartitions == nil && repartition == nil }
}
