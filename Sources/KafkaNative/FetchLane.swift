// What goes to one broker and comes from it: a question for several partitions at a time.
internal import KafkaWire
internal import World

/// One broker that a reader fetches from. Its next answer is on its way while the last one is read.
final class FetchLane {
    /// A partition that was asked for.
    struct Asked {
        var place: PartitionPlace
        var offset: Offset
        var version: Int
    }

    /// The least that is asked of a partition.
    static let leastBytes = 1 << 16

    let node: Int32
    let connection: Connection
    private let version: Int16
    private let settings: NativeSettings
    private let pool: BufferPool
    /// For answers about one partition that may wait long: each keeps no more memory than it has bytes.
    private let smallPool: BufferPool
    /// Whether the answer on its way is such a one.
    private var isSmall = false
    /// What the answer on its way is about; empty: nothing was asked.
    private(set) var asked: [Asked] = []
    private var buffer: (buffer: AnswerBuffer, pool: BufferPool)?
    private var answersBy: ContinuousClock.Instant

    init(
        _ node: Int32, _ connection: Connection, _ settings: NativeSettings, _ pool: BufferPool,
        _ smallPool: BufferPool
    ) throws {
        self.node = node
        self.connection = connection
        self.settings = settings
        self.pool = pool
        self.smallPool = smallPool
        version = try connection.version(Fetch.self, 4...11)
        answersBy = ContinuousClock().now
    }

    var isAsked: Bool { !asked.isEmpty }

    func close() {
        connection.close()
        asked = []
        if let buffer { buffer.pool.giveBack(buffer.buffer) }
        buffer = nil
    }

    /// Asks for these partitions, in their order: of the first a batch comes for sure, if there is one.
    ///
    /// The broker holds an empty answer back for as long as `wait`, which is shorter than a second. The first partition
    /// gives `mostOfFirst` bytes at most, or a batch.
    ///
    /// - Throws: as ``Connection/send(_:_:version:)``.
    func ask(
        _ places: [(PartitionPlace, epoch: Int32)], topic: String, wait: Duration, mostOfFirst: Int = .max
    ) throws {
        var request = Fetch.Request()
        request.maxWaitMs = Int32(clamping: wait.components.attoseconds / 1_000_000_000_000_000)
        request.minBytes = 1
        request.maxBytes = Int32(clamping: settings.answerBytes)
        request.isolationLevel = 1
        var wanted = Fetch.Request.Topic()
        wanted.topic = topic
        wanted.partitions.reserveCapacity(places.count)
        for (place, epoch) in places {
            var partition = Fetch.Request.Partition()
            partition.partition = place.partition
            partition.currentLeaderEpoch = epoch
            partition.fetchOffset = place.fetchFrom
            partition.partitionMaxBytes = Int32(clamping: place.mostBytes)
            wanted.partitions.append(partition)
        }
        wanted.partitions[0].partitionMaxBytes = min(
            wanted.partitions[0].partitionMaxBytes, Int32(clamping: max(FetchLane.leastBytes, mostOfFirst)))
        request.topics = [wanted]
        try connection.send(Fetch.self, request, version: version)
        isSmall = mostOfFirst < .max
        asked = places.map { Asked(place: $0.0, offset: $0.0.fetchFrom, version: $0.0.version) }
        answersBy = ContinuousClock().now + settings.attemptTimeout
    }

    /// Waits for the answer.
    ///
    /// - Returns: The answer with what it is about; nil: not yet.
    /// - Throws: ``NoAnswer`` when the broker has had its time.
    func receive(
        until deadline: ContinuousClock.Instant
    ) throws -> (answer: Answer, response: Fetch.Response, asked: [Asked])? {
        let from = isSmall ? smallPool : pool
        let (buffer, pool) = buffer ?? (from.take(), from)
        self.buffer = (buffer, pool)
        guard try connection.receive(into: buffer, until: min(deadline, answersBy)) else {
            if ContinuousClock().now >= answersBy { throw NoAnswer() }
            return nil
        }
        self.buffer = nil
        let answer = Answer(buffer, pool)
        let response = try connection.decode(Fetch.self, buffer.bytes, version: version)
        let about = asked
        asked = []
        return (answer, response, about)
    }
}
