// Finds out which partitions of the run's input the topic has by now.
internal import World

/// Asks for the number of partitions until all of the input's are there.
final class PartitionDiscovery {
    /// Between two looks, so that waiting does not become a flood of requests.
    private static let interval: Nanoseconds = 50_000_000

    private let wanted: Int
    private let seams: Seams
    private var nextLook: Nanoseconds = 0
    /// The partitions of the input that exist, counted from 0.
    private(set) var known = 0

    init(configuration: EngineConfiguration, seams: Seams) {
        wanted = configuration.ends.count
        self.seams = seams
    }

    /// Whether all partitions of the input exist.
    var isComplete: Bool { known == wanted }

    /// Looks, if a look is due. Returns whether partitions came into being.
    @discardableResult
    func look() throws -> Bool {
        let now = seams.clock.now()
        guard !isComplete, now >= nextLook else { return false }
        nextLook = now + PartitionDiscovery.interval
        let before = known
        known = max(known, min(wanted, try seams.broker.partitionCount()))
        return known > before
    }

    /// The committed offsets of the group, by partition of the input; nil also where there is no partition yet.
    func committedOffsets(group: String) throws -> [Offset?] {
        try look()
        let committed = try seams.offsets.committedOffsets(of: (0..<Partition(known)).map { $0 }, group: group)
        return committed + Array(repeating: nil, count: wanted - known)
    }
}
