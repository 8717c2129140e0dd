// The transactional store in Kafka: results go to a topic, and the offsets behind them to a group, in one transaction.
internal import CRdKafka
public import World

/// A store whose entries are the records of a topic's one partition, and whose offsets are those that a consumer group has
/// committed for the topic that the results are made of.
///
/// Whoever writes registers under the store's name, whereupon the broker ends what an earlier one has left open, and
/// refuses him from then on (KIP-98). So nobody else moves the offsets, which are read once and remembered. What tells
/// batches and drivers from each other is the metadata of a committed offset.
public final class KafkaStore: TransactionalStore {
    /// Where a store lies.
    public struct Place: Equatable, Sendable {
        /// The topic that the offsets are of.
        public var input: String
        /// The topic of the results; its name is what the writer registers under.
        public var output: String
        /// The group that keeps the offsets.
        public var group: String
        /// What the topic of the results is made with.
        public var settings: TopicSettings

        /// Makes a place.
        public init(input: String, output: String, group: String, settings: TopicSettings = TopicSettings()) {
            self.input = input
            self.output = output
            self.group = group
            self.settings = settings
        }
    }

    fileprivate struct Committed {
        var offset: StoredOffset
        var driver: StoredDriver
    }

    private let configuration: KafkaConfiguration
    private let place: Place
    private var producer: KafkaProducer?
    /// By partition, what is committed; nil: not asked for yet.
    private var committed: [Partition: Committed]?
    /// What the transaction that is open changes.
    private var changed: [Partition: Committed] = [:]
    private var driver = StoredDriver(number: 0, name: "")
    private var isInTransaction = false
    /// How long a transaction that hides records is waited for: longer than any may be open.
    private static let patience = Duration.seconds(90)

    /// A store that connects when it is used; its topic is made when it is written to.
    public init(_ configuration: KafkaConfiguration, at place: Place) {
        self.configuration = configuration
        self.place = place
    }

    deinit { close() }

    /// Ends the connections; a transaction that is open is undone.
    public func close() {
        rollBack()
        producer?.close()
        producer = nil
    }

    // MARK: Writing

    /// The producer, registered: what an earlier one has left open is over.
    private func writer() throws -> KafkaProducer {
        if let producer { return producer }
        let cluster = try KafkaCluster(configuration)
        defer { cluster.close() }
        do {
            try cluster.createTopic(place.output, partitions: 1, settings: place.settings)
        } catch let error as BrokerError where error.code == .topicExists {}
        let made = try telling("register at") {
            try KafkaTransactions.producer(configuration, place.output, place.output)
        }
        producer = made
        committed = nil
        return made
    }

    /// Begins a transaction.
    ///
    /// - Throws: ``BrokerError``, or `StoreError` `fenced`.
    public func begin() throws {
        let producer = try writer()
        try telling("begin") {
            try producer.transaction("begin") { _ in rd_kafka_begin_transaction(producer.handle.pointer) }
        }
        isInTransaction = true
    }

    /// Adds entries, and waits until the broker has them.
    ///
    /// - Throws: ``BrokerError``, or `StoreError` `fenced`.
    public func insert(_ entries: UnsafeRawBufferPointer, entryLength: Int) throws {
        let producer = try writer()
        var reports = DeliveryReports(partitions: producer.partitionCount)
        let record = OutgoingRecord(partition: 0, valueLength: entryLength)
        var sent = 0
        // The library copies what it is given.
        let bytes = UnsafeMutableRawBufferPointer(mutating: entries)
        for start in stride(from: 0, to: entries.count, by: entryLength) {
            let entry = UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + entryLength])
            guard producer.send(record, from: entry, &reports) else { break }
            sent += 1
            if sent & 1023 == 0 { producer.settle(&reports, timeout: 0) }
        }
        producer.finish(&reports)
        _ = try telling("insert into") { try producer.judge(reports, count: entries.count / entryLength) }
    }

    /// Compares, and adds the offset to the transaction.
    ///
    /// - Throws: ``BrokerError``, or `StoreError` `fenced`.
    public func advance(_ partition: Partition, from expected: Offset?, to until: Offset, batch: Int64) throws -> Bool {
        guard try storedOffset(of: partition)?.offset == expected else { return false }
        let producer = try writer()
        let next = Committed(offset: StoredOffset(offset: until, batch: batch), driver: driver)
        let group = rd_kafka_consumer_group_metadata_new(place.group)
        defer { rd_kafka_consumer_group_metadata_destroy(group) }
        try OffsetWithMetadata.lend(next.metadata, for: place.input, partition, until) { list in
            try telling("add offsets to") {
                try producer.transaction("add offsets to") { timeout in
                    rd_kafka_send_offsets_to_transaction(producer.handle.pointer, list, group, timeout)
                }
            }
        }
        changed[partition] = next
        return true
    }

    /// Ends the transaction; its records and its offsets are there for everybody from now on.
    ///
    /// - Throws: ``BrokerError``, or `StoreError` `fenced`.
    public func commit() throws {
        let producer = try writer()
        try telling("commit") {
            try producer.transaction("commit") { timeout in
                rd_kafka_commit_transaction(producer.handle.pointer, timeout)
            }
        }
        isInTransaction = false
        committed?.merge(changed) { $1 }
        changed = [:]
    }

    /// Aborts the transaction; what it wrote stays in the topic, and nobody who reads committed records sees it.
    public func rollBack() {
        changed = [:]
        guard isInTransaction, let producer else { return }
        isInTransaction = false
        try? producer.transaction("abort") { timeout in
            rd_kafka_abort_transaction(producer.handle.pointer, timeout)
        }
    }

    // MARK: Offsets and drivers

    /// What is committed for a partition, or would be.
    ///
    /// - Throws: ``BrokerError``.
    public func storedOffset(of partition: Partition) throws -> StoredOffset? {
        _ = try writer()
        return try (changed[partition] ?? all()[partition])?.offset
    }

    /// The driver that wrote last; once this one has registered, it is that.
    ///
    /// - Throws: ``BrokerError``.
    public func newestDriver() throws -> StoredDriver? {
        if driver.number > 0 { return driver }
        // First: as long as an earlier one's transaction is open, nobody can say what the group's offsets are.
        _ = try writer()
        let newest = try all().values.map(\.driver).max { $0.number < $1.number }
        return newest.flatMap { $0.number > 0 ? $0 : nil }
    }

    /// Registers: whoever did so before is refused from now on.
    ///
    /// - Throws: ``BrokerError``.
    public func registerDriver(named name: String) throws -> Int64 {
        driver = StoredDriver(number: (try newestDriver()?.number ?? 0) + 1, name: name)
        return driver.number
    }

    private func all() throws -> [Partition: Committed] {
        if let committed { return committed }
        let cluster = try KafkaCluster(configuration)
        defer { cluster.close() }
        let partitions = try (0..<cluster.partitionCount(of: place.input)).map { Partition($0) }
        let handle = try KafkaHandle(
            .consumer, configuration, defaults: [],
            fixed: KafkaReader.exactness + [KafkaProperty(name: "group.id", value: place.group)])
        defer { handle.close() }
        var found: [Partition: Committed] = [:]
        try handle.committed(of: partitions, topic: place.input, group: place.group) { partition, offset, metadata in
            found[partition] = Committed(offset, metadata)
        }
        committed = found
        return found
    }

    // MARK: Reading

    /// Calls `body` with each entry that was committed, once no open transaction hides any.
    ///
    /// - Throws: ``BrokerError``, or what `body` throws.
    public func forEachEntry(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard let end = try end() else { return }
        let reader = try KafkaReader(configuration, topic: place.output, positions: [(0, 0)])
        defer { reader.close() }
        try scan(reader, until: end, body)
    }

    /// What somebody sees who reads committed records, and somebody who reads all.
    public struct Sight: Equatable, Sendable {
        /// The records that were not committed, and that lie in the topic all the same.
        public var uncommitted = 0
        /// How long an open transaction hid records from whoever read the topic now, in seconds.
        public var hiddenSeconds = 0.0

        /// A sight of nothing but what is committed.
        public init(uncommitted: Int = 0) { self.uncommitted = uncommitted }
    }

    /// Looks at what lies in the topic and was not committed.
    ///
    /// - Throws: ``BrokerError``.
    public func look() throws -> Sight {
        var sight = Sight()
        let clock = ContinuousClock()
        let begin = clock.now
        var hasWaited = false
        guard let end = try end(waiting: { hasWaited = true }) else { return sight }
        if hasWaited { sight.hiddenSeconds = (clock.now - begin) / .seconds(1) }
        let seeing = try KafkaReader(uncommittedHandle(), topic: place.output)
        defer { seeing.close() }
        try seeing.assign([(0, 0)])
        try scan(seeing, until: end) { _ in sight.uncommitted += 1 }
        try forEachEntry { _ in sight.uncommitted -= 1 }
        return sight
    }

    private func scan(
        _ reader: KafkaReader, until end: Offset, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let reached = try reader.scan(0, until: end, timeout: configuration.requestTimeout) { record in
            try body(record.value ?? UnsafeRawBufferPointer(start: nil, count: 0))
        }
        guard reached >= end else {
            throw BrokerError(
                .timedOut, "the results could not be read to their end at \(end)",
                location: "\(configuration.bootstrap) \(place.output)/0@\(reached)")
        }
    }

    /// The end of the topic once all of it can be read; nil where there is no such topic.
    private func end(waiting: () -> Void = {}) throws -> Offset? {
        let committed: KafkaBroker
        committed = try KafkaBroker(configuration, topic: place.output)
        defer { committed.close() }
        do {
            _ = try committed.partitionCount()
        } catch let error as BrokerError where error.code == .unknownTopic {
            return nil
        }
        let all = try uncommittedHandle()
        defer { all.close() }
        let end = try all.retrying("watermarks", place.output) { timeout in
            all.queryWatermarks(place.output, 0, timeout: timeout)
        }.high
        let clock = ContinuousClock()
        let deadline = clock.now + KafkaStore.patience
        while true {
            let stable = try committed.watermarks(of: 0).high
            if stable >= end { return end }
            guard clock.now < deadline else {
                throw BrokerError(
                    .timedOut, "a transaction that is still open hides the records from offset \(stable) on",
                    location: "\(configuration.bootstrap) \(place.output)/0@\(stable)")
            }
            waiting()
            all.pollEvent(20)
        }
    }

    /// A client that sees records that were not committed.
    private func uncommittedHandle() throws -> KafkaHandle {
        try KafkaHandle(
            .consumer, configuration, defaults: KafkaReader.throughput(queues: 1),
            fixed: KafkaReader.exactness + [
                KafkaProperty(name: "isolation.level", value: "read_uncommitted"),
                KafkaProperty(name: "group.id", value: "kbench-reader"),
            ])
    }

    /// Says of a producer that another one has taken the place of that it is fenced.
    private func telling<Result>(_ doing: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as BrokerError where KafkaStore.fencing.contains(error.cause?.number ?? 0) {
            throw StoreError(
                .fenced, operation: doing, path: "\(configuration.bootstrap) \(place.output)", reason: error.message)
        }
    }

    private static let fencing = [
        RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
    ].map(\.rawValue)
}

extension KafkaStore.Committed {
    /// `batch driver name`, as it stands beside a committed offset.
    fileprivate var metadata: String { "\(offset.batch) \(driver.number) \(driver.name)" }

    /// Reads what ``metadata`` says; somebody else's says nothing.
    fileprivate init(_ offset: Offset, _ metadata: String) {
        let words = metadata.split(separator: " ", maxSplits: 2)
        self.offset = StoredOffset(offset: offset, batch: words.first.flatMap { Int64($0) } ?? 0)
        driver = StoredDriver(
            number: words.count > 1 ? Int64(words[1]) ?? 0 : 0, name: words.count > 2 ? String(words[2]) : "")
    }
}

/// An offset to be committed, with metadata.
private enum OffsetWithMetadata {
    /// Lends a list of one offset.
    static func lend<Result>(
        _ metadata: String, for topic: String, _ partition: Partition, _ offset: Offset,
        _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) throws -> Result
    ) rethrows -> Result {
        let list = TopicPartitionList(topic: topic, [(partition, offset)])
        var bytes = Array(metadata.utf8)
        return try bytes.withUnsafeMutableBytes { buffer in
            list.pointer.pointee.elems[0].metadata = buffer.baseAddress
            list.pointer.pointee.elems[0].metadata_size = buffer.count
            // The memory is not the library's to give back.
            defer {
                list.pointer.pointee.elems[0].metadata = nil
                list.pointer.pointee.elems[0].metadata_size = 0
            }
            return try body(list.pointer)
        }
    }
}

extension KafkaHandle {
    /// Calls `body` with each partition for which the group has committed something.
    fileprivate func committed(
        of partitions: [Partition], topic: String, group: String,
        _ body: (Partition, Offset, _ metadata: String) -> Void
    ) throws {
        if partitions.isEmpty { return }
        try retrying("committed offsets of group \(group)", topic) { timeout -> Result<Void, LibraryError> in
            let list = TopicPartitionList(topic: topic, partitions.map { ($0, nil) })
            let code = rd_kafka_committed(pointer, list.pointer, timeout)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { return .failure(LibraryError(code)) }
            var failed: rd_kafka_resp_err_t?
            list.forEach { element in
                if element.err != RD_KAFKA_RESP_ERR_NO_ERROR { failed = failed ?? element.err }
            }
            if let failed { return .failure(LibraryError(failed)) }
            list.forEach { element in
                guard element.offset >= 0 else { return }
                let text = UnsafeRawBufferPointer(start: element.metadata, count: element.metadata_size)
                body(element.partition, element.offset, String(decoding: text, as: UTF8.self))
            }
            return .success(())
        }
    }
}
