// Produces records in transactions, committed and aborted ones, and returns where each has come to lie.
internal import CRdKafka
internal import World

/// Writes transactions to one topic, one after the other. One thread uses it at a time.
///
/// Committed and aborted transactions have a producer each: some brokers name aborted transactions also to readers that
/// begin behind them, and whoever believes that drops what the same producer committed later.
public final class KafkaTransactions {
    /// How a transaction ends.
    public enum Ending: Sendable {
        /// Its records are there for everybody.
        case commit
        /// Its records lie in the log, and nobody who reads committed records sees them.
        case abort
    }

    /// The number of partitions the topic had when this was made.
    public var partitionCount: Int { committing.partitionCount }
    private let committing: KafkaProducer
    private var aborting: KafkaProducer?
    private let configuration: KafkaConfiguration
    private let name: String
    private var reports: DeliveryReports
    /// The records handed over.
    private var count = 0
    /// The transaction that ended last, and the partitions it wrote to.
    private var last: (ending: Ending, partitions: [Int])?
    /// How long the end of a transaction is waited for.
    private static let patience = Duration.seconds(60)

    /// Connects; `name` has to be new, or whoever had it before is fenced.
    ///
    /// - Throws: ``BrokerError``; also where the broker has no transactions.
    public init(_ configuration: KafkaConfiguration, topic: String, name: String) throws {
        self.configuration = configuration
        self.name = name
        committing = try KafkaTransactions.producer(configuration, topic, name)
        reports = DeliveryReports(partitions: committing.partitionCount)
    }

    /// Ends the connections.
    public func close() {
        committing.close()
        aborting?.close()
    }

    /// The records confirmed so far, those of aborted transactions too.
    public var confirmed: Int { reports.confirmed }

    /// The offsets of all transactions so far, with markers and aborted records: of each partition one unbroken range.
    public var delivery: Delivery { Delivery(confirmed: reports.confirmed, ranges: reports.ranges) }

    /// Produces one transaction of `count` records and waits until it has ended.
    ///
    /// - Parameters:
    ///   - ending: How it ends.
    ///   - count: Its records, at least 1.
    ///   - recordCapacity: The bytes a record's key and value need together at most.
    ///   - fill: As for ``KafkaProducer/produce(count:recordCapacity:progressInterval:progress:fill:)``.
    /// - Throws: ``BrokerError``, or what `fill` throws; the transaction is then aborted as far as that can be done.
    public func produce(
        _ ending: Ending, count: Int, recordCapacity: Int,
        fill: (_ index: Int, _ buffer: UnsafeMutableRawBufferPointer) throws -> OutgoingRecord
    ) throws {
        let producer = try producer(for: ending)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(recordCapacity, 1), alignment: 16)
        defer { buffer.deallocate() }
        try waitForMarkers(before: ending)
        try producer.transaction("begin") { _ in rd_kafka_begin_transaction(producer.handle.pointer) }
        var written: Set<Int> = []
        do {
            for index in 0..<count {
                let record = try fill(index, buffer)
                guard producer.send(record, from: buffer, &reports) else { break }
                written.insert(Int(record.partition))
                if index & 1023 == 1023 { producer.settle(&reports, timeout: 0) }
            }
            // Aborted records too have to lie in the log before they are aborted.
            producer.finish(&reports)
            self.count += count
            _ = try producer.judge(reports, count: self.count)
        } catch {
            producer.finish(&reports)
            _ = rd_kafka_abort_transaction(producer.handle.pointer, 1000).map { rd_kafka_error_destroy($0) }
            throw error
        }
        try producer.transaction(ending == .commit ? "commit" : "abort") { timeout in
            ending == .commit
                ? rd_kafka_commit_transaction(producer.handle.pointer, timeout)
                : rd_kafka_abort_transaction(producer.handle.pointer, timeout)
        }
        let partitions = written.sorted()
        for partition in partitions { reports.enterMarker(partition) }
        last = (ending, partitions)
    }

    /// Waits until the markers of the last transaction lie in the log.
    ///
    /// - Throws: ``BrokerError``.
    public func finish() throws {
        guard let last else { return }
        let broker = committing.handle
        let clock = ContinuousClock()
        for partition in last.partitions {
            guard let end = reports.nextOffset(partition) else { continue }
            let deadline = clock.now + KafkaTransactions.patience
            while true {
                let ends = try broker.retrying("watermarks", "\(committing.topic)/\(partition)") { timeout in
                    broker.queryWatermarks(committing.topic, Partition(partition), timeout: timeout)
                }
                if ends.high >= end { break }
                guard clock.now < deadline else {
                    throw BrokerError(
                        .notDelivered,
                        "the marker of a transaction is not in the log: it ends at offset \(ends.high) in place of \(end)",
                        location: "\(configuration.bootstrap) \(committing.topic)/\(partition)@\(ends.high)")
                }
                broker.pollEvent(5)
            }
        }
        self.last = nil
    }

    /// A broker writes markers after it has said that a transaction has ended. The next one of the same producer waits for
    /// them; that of another would come between.
    private func waitForMarkers(before ending: Ending) throws {
        guard let last, last.ending != ending else { return }
        try finish()
    }

    private func producer(for ending: Ending) throws -> KafkaProducer {
        if ending == .commit { return committing }
        if let aborting { return aborting }
        let made = try KafkaTransactions.producer(configuration, committing.topic, name + "-aborted")
        aborting = made
        return made
    }

    /// A producer that has registered under `name`.
    static func producer(
        _ configuration: KafkaConfiguration, _ topic: String, _ name: String
    ) throws -> KafkaProducer {
        let producer = try KafkaProducer(configuration, topic: topic, transactionalID: name)
        do {
            try producer.transaction("begin with") { timeout in
                rd_kafka_init_transactions(producer.handle.pointer, timeout)
            }
        } catch {
            producer.close()
            throw error
        }
        return producer
    }
}

extension KafkaProducer {
    /// Carries out a step of a transaction, again and again while the library says that it may succeed.
    func transaction(_ doing: String, _ step: (_ timeout: Int32) -> OpaquePointer?) throws {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(60)
        while let error = step(1000) {
            defer { rd_kafka_error_destroy(error) }
            let code = rd_kafka_error_code(error)
            if rd_kafka_error_is_retriable(error) != 0, clock.now < deadline {
                handle.pollEvent(20)
                try handle.throwIfDown()
                continue
            }
            let text = rd_kafka_error_string(error).map { String(cString: $0) } ?? "no reason given"
            throw BrokerError(
                .notDelivered, "cannot \(doing) a transaction: \(text)" + handle.complaint, cause: code.cause,
                location: "\(handle.configuration.bootstrap) \(topic)")
        }
        handle.noteAnswer()
    }
}
