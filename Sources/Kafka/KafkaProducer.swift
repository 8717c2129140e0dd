// Produces records to partitions of one's choice and returns when each is confirmed.
internal import CRdKafka
public import World

/// Writes records to one topic, idempotently and acknowledged by all replicas. One thread uses a producer at a time.
public final class KafkaProducer {
    /// The topic written to.
    public let topic: String
    /// The number of partitions the topic had when the producer was made.
    public let partitionCount: Int
    let handle: KafkaHandle
    private let topicObject: KafkaTopic
    private let topicPointer: OpaquePointer

    /// Connects and checks that the topic exists.
    ///
    /// - Throws: ``BrokerError``; `unknownTopic` when there is no such topic: none is created by producing to it.
    public convenience init(_ configuration: KafkaConfiguration, topic: String) throws {
        try self.init(configuration, topic: topic, transactionalID: nil)
    }

    /// As ``init(_:topic:)``, for transactions where there is a name for them.
    init(_ configuration: KafkaConfiguration, topic: String, transactionalID: String?) throws {
        self.topic = topic
        // Asked by a consumer, since a producer's question would create the topic on a broker that is set to.
        let cluster = try KafkaCluster(configuration)
        defer { cluster.close() }
        partitionCount = try cluster.partitionCount(of: topic)
        handle = try KafkaHandle(
            .producer, configuration, defaults: KafkaProducer.throughput(partitions: partitionCount),
            fixed: [
                KafkaProperty(name: "enable.idempotence", value: "true"),
                KafkaProperty(name: "acks", value: "all"),
                // Or a topic that was just removed would be back, on a broker that is set to make topics.
                KafkaProperty(name: "allow.auto.create.topics", value: "false"),
            ] + (transactionalID.map { [KafkaProperty(name: "transactional.id", value: $0)] } ?? []))
        topicObject = KafkaTopic(topic, on: handle)
        topicPointer = try topicObject.object()
    }

    deinit { close() }

    /// Ends the connection; the producer is not used afterwards.
    public func close() {
        topicObject.close()
        handle.close()
    }

    /// The smallest limit for a batch, whatever the number of partitions.
    static let smallestBatchBytes = 64 << 10

    /// Defaults for writing fast. A batch has no more than a reader keeps ahead of a partition, as far as that makes sense:
    /// brokers hand out whole batches, so hundreds of partitions with large ones would fill a reader's memory.
    static func throughput(partitions: Int) -> [KafkaProperty] {
        let records = min(10_000, max(100, KafkaReader.prefetchRecords / max(partitions, 1)))
        let bytes = min(1_000_000, max(smallestBatchBytes, KafkaReader.prefetchBytes / max(partitions, 1)))
        return [
            // Long enough that batches fill up at any serious rate; the end of a call does not wait for it.
            KafkaProperty(name: "linger.ms", value: "50"),
            KafkaProperty(name: "batch.num.messages", value: "\(records)"),
            KafkaProperty(name: "batch.size", value: "\(bytes)"),
            KafkaProperty(name: "queue.buffering.max.messages", value: "500000"),
            KafkaProperty(name: "queue.buffering.max.kbytes", value: "262144"),
            // What a broker accepts unless it is told otherwise.
            KafkaProperty(name: "message.max.bytes", value: "1048588"),
            KafkaProperty(name: "message.timeout.ms", value: "60000"),
        ]
    }

    /// Produces `count` records and waits until the broker has confirmed every one.
    ///
    /// - Parameters:
    ///   - count: The number of records.
    ///   - recordCapacity: The bytes a record's key and value need together at most.
    ///   - progressInterval: `progress` is called every so many records handed over.
    ///   - progress: Gets the records confirmed so far.
    ///   - fill: Writes record `index` into the buffer, key first, and says where it goes. The buffer is used again.
    /// - Returns: The offsets the records have got: of each partition one unbroken range, in the order produced.
    /// - Throws: ``BrokerError`` `notDelivered` with the number of records not confirmed and the first reason; or what
    ///   `fill` throws. Records confirmed before that stay in the topic.
    public func produce(
        count: Int, recordCapacity: Int, progressInterval: Int = .max, progress: (Int) -> Void = { _ in },
        fill: (_ index: Int, _ buffer: UnsafeMutableRawBufferPointer) throws -> OutgoingRecord
    ) throws -> Delivery {
        var reports = DeliveryReports(partitions: partitionCount)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(recordCapacity, 1), alignment: 16)
        defer { buffer.deallocate() }
        do {
            var untilProgress = progressInterval
            for index in 0..<count {
                let record = try fill(index, buffer)
                guard send(record, from: buffer, &reports) else { break }
                if index & 1023 == 1023 { settle(&reports, timeout: 0) }
                untilProgress -= 1
                if untilProgress == 0 {
                    progress(reports.confirmed)
                    untilProgress = progressInterval
                }
            }
        } catch {
            // The library's reports must not be mistaken for those of a later call.
            finish(&reports)
            throw error
        }
        finish(&reports)
        return try judge(reports, count: count)
    }

    /// Hands one record to the library, waiting while it is full.
    ///
    /// - Returns: Whether it was taken.
    func send(
        _ record: OutgoingRecord, from buffer: UnsafeMutableRawBufferPointer, _ reports: inout DeliveryReports
    ) -> Bool {
        let keyLength = record.keyLength ?? 0
        let valueLength = record.valueLength ?? 0
        precondition(
            keyLength >= 0 && valueLength >= 0 && keyLength + valueLength <= buffer.count,
            "producer: a record of \(keyLength) + \(valueLength) bytes in a buffer of \(buffer.count)")
        guard record.partition >= 0, Int(record.partition) < partitionCount else {
            reports.refuse(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, record.partition)
            return false
        }
        let partition = Int(record.partition)
        while true {
            let code = hand(record, from: buffer, UnsafeMutableRawPointer(bitPattern: reports.nextSequence(partition)))
            if code == RD_KAFKA_RESP_ERR_NO_ERROR {
                reports.enter(partition)
                return true
            }
            guard code == RD_KAFKA_RESP_ERR__QUEUE_FULL else {
                reports.refuse(code, record.partition)
                return false
            }
            settle(&reports, timeout: 100)
        }
    }

    /// Hands one record to the library, which copies it; `place` comes back with its report.
    private func hand(
        _ record: OutgoingRecord, from buffer: UnsafeMutableRawBufferPointer, _ place: UnsafeMutableRawPointer?
    ) -> rd_kafka_resp_err_t {
        let key = record.keyLength == nil ? nil : buffer.baseAddress
        let value = record.valueLength == nil ? nil : buffer.baseAddress?.advanced(by: record.keyLength ?? 0)
        guard record.headers.isEmpty else {
            return handWithHeaders(
                record, key: (key, record.keyLength ?? 0), value: (value, record.valueLength ?? 0), place)
        }
        let result = rd_kafka_produce(
            topicPointer, record.partition, RD_KAFKA_MSG_F_COPY, value, record.valueLength ?? 0, key,
            record.keyLength ?? 0, place)
        return result == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error()
    }

    /// As ``hand(_:from:_:)``: headers go in by a list of typed arguments, since the call with variable ones is C's alone.
    private func handWithHeaders(
        _ record: OutgoingRecord, key: (UnsafeMutableRawPointer?, Int), value: (UnsafeMutableRawPointer?, Int),
        _ place: UnsafeMutableRawPointer?
    ) -> rd_kafka_resp_err_t {
        let headers = rd_kafka_headers_new(record.headers.count)
        for header in record.headers {
            rd_kafka_header_add(headers, header.name, -1, header.value, header.value.count)
        }
        var arguments = [rd_kafka_vu_t](repeating: rd_kafka_vu_t(), count: 7)
        arguments[0].vtype = RD_KAFKA_VTYPE_RKT
        arguments[0].u.rkt = topicPointer
        arguments[1].vtype = RD_KAFKA_VTYPE_PARTITION
        arguments[1].u.i32 = record.partition
        arguments[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS
        arguments[2].u.i = RD_KAFKA_MSG_F_COPY
        arguments[3].vtype = RD_KAFKA_VTYPE_KEY
        arguments[3].u.mem.ptr = key.0
        arguments[3].u.mem.size = key.1
        arguments[4].vtype = RD_KAFKA_VTYPE_VALUE
        arguments[4].u.mem.ptr = value.0
        arguments[4].u.mem.size = value.1
        arguments[5].vtype = RD_KAFKA_VTYPE_OPAQUE
        arguments[5].u.ptr = place
        arguments[6].vtype = RD_KAFKA_VTYPE_HEADERS
        arguments[6].u.headers = headers
        guard let error = rd_kafka_produceva(handle.pointer, arguments, arguments.count) else {
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
        // The library takes the headers over only with a record that it takes.
        defer {
            rd_kafka_headers_destroy(headers)
            rd_kafka_error_destroy(error)
        }
        return rd_kafka_error_code(error)
    }

    /// Takes in the reports that are there, waiting up to `timeout` milliseconds for a first one.
    func settle(_ reports: inout DeliveryReports, timeout: Int32) {
        var timeout = timeout
        func take(_ event: OpaquePointer) {
            guard rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR else { return }
            while let message = rd_kafka_event_message_next(event) { reports.settle(message.pointee) }
        }
        while handle.pollEvent(timeout, take) { timeout = 0 }
    }

    /// Waits for the reports of all records; each comes, at the latest when the record's time is over.
    func finish(_ reports: inout DeliveryReports) {
        // Sends half-filled batches at once instead of letting them linger.
        rd_kafka_flush(handle.pointer, 0)
        while reports.outstanding > 0 {
            rd_kafka_flush(handle.pointer, 0)
            settle(&reports, timeout: 10)
        }
    }

    func judge(_ reports: DeliveryReports, count: Int) throws -> Delivery {
        let place = "\(handle.configuration.bootstrap) \(topic)"
        if let misplaced = reports.misplaced {
            throw BrokerError(
                .notDelivered,
                "a record was confirmed at offset \(misplaced.offset) instead of \(misplaced.expected): another "
                    + "producer writes to \(topic), or a record was stored twice or not at all",
                location: "\(place)/\(misplaced.partition)@\(misplaced.offset)")
        }
        guard reports.confirmed == count else {
            let failure = reports.firstFailure
            let reason = (failure?.code.text ?? "no reason given") + handle.complaint
            throw BrokerError(
                .notDelivered, "\(count - reports.confirmed) of \(count) records not confirmed: \(reason)",
                cause: failure?.code.cause, location: failure.map { "\(place)/\($0.partition)" } ?? place)
        }
        return Delivery(confirmed: reports.confirmed, ranges: reports.ranges)
    }
}

/// The shape of a record: its partition, and the lengths of key and value, which lie one after the other in the buffer.
public struct OutgoingRecord: Equatable, Sendable {
    /// The partition to produce to.
    public var partition: Partition
    /// The length of the key at the start of the buffer; nil for a record without a key.
    public var keyLength: Int?
    /// The length of the value behind the key; nil for a null value, a tombstone.
    public var valueLength: Int?
    /// The headers, in order.
    public var headers: [Header] = []

    /// A header of a record.
    public struct Header: Equatable, Sendable {
        /// The name.
        public var name: String
        /// The value.
        public var value: [UInt8]

        /// Makes a header.
        public init(name: String, value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    /// Makes a shape.
    public init(partition: Partition, keyLength: Int? = nil, valueLength: Int?) {
        self.partition = partition
        self.keyLength = keyLength
        self.valueLength = valueLength
    }
}
