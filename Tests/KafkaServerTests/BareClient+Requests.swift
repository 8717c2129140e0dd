// What tests ask of a served broker, one request each.
import BrokerCore
import Compression
import KafkaWire

extension BareClient {
    func createTopic(_ name: String, partitions: Int32 = 1, settings: [String: String] = [:]) throws -> ErrorCode {
        var topic = CreateTopics.Request.Topic()
        (topic.name, topic.numPartitions, topic.replicationFactor) = (name, partitions, 1)
        topic.configs = settings.map { name, value in
            var config = CreateTopics.Request.Config()
            (config.name, config.value) = (name, value)
            return config
        }
        var request = CreateTopics.Request()
        request.topics = [topic]
        return try self.request(CreateTopics.self, request, version: 7).topics[0].errorCode
    }

    /// The topic as Metadata describes it.
    func describe(_ name: String) throws -> Metadata.Response.Topic {
        var topic = Metadata.Request.Topic()
        topic.name = name
        var request = Metadata.Request()
        request.topics = [topic]
        request.allowAutoTopicCreation = false
        return try self.request(Metadata.self, request, version: 12).topics[0]
    }

    /// Sends one batch of records with these values.
    func produce(
        _ values: [[UInt8]], to topic: String = "t", partition: Int32 = 0, producer: BatchBuilder.Producer? = nil,
        isTransactional: Bool = false
    ) throws -> Produce.Response.Partition {
        var builder = BatchBuilder(producer: producer, isTransactional: isTransactional)
        for (offset, value) in values.enumerated() {
            try builder.append(offset: Int64(offset), timestamp: 5, key: [UInt8]?.none, value: value)
        }
        let batch = try builder.finished()
        var data = Produce.Request.Partition()
        (data.index, data.records) = (partition, Records(0..<batch.count))
        var sent = Produce.Request.Topic()
        (sent.name, sent.partitionData) = (topic, [data])
        var request = Produce.Request()
        (request.acks, request.topicData) = (-1, [sent])
        return try self.request(Produce.self, request, version: 8, records: batch)
            .responses[0].partitionResponses[0]
    }

    /// First offset and the end of a partition.
    func ends(_ topic: String = "t", partition: Int32 = 0) throws -> [Int64] {
        try [-2, -1].map { (time: Int64) in
            var asked = ListOffsets.Request.Partition()
            (asked.partitionIndex, asked.timestamp) = (partition, time)
            var place = ListOffsets.Request.Topic()
            (place.name, place.partitions) = (topic, [asked])
            var request = ListOffsets.Request()
            request.topics = [place]
            return try self.request(ListOffsets.self, request, version: 5).topics[0].partitions[0].offset
        }
    }

    func deleteRecords(before offset: Int64, of topic: String = "t") throws -> ErrorCode {
        var partition = DeleteRecords.Request.Partition()
        partition.offset = offset
        var place = DeleteRecords.Request.Topic()
        (place.name, place.partitions) = (topic, [partition])
        var request = DeleteRecords.Request()
        request.topics = [place]
        return try self.request(DeleteRecords.self, request, version: 2).topics[0].partitions[0].errorCode
    }

    func commit(_ offset: Int64, group: String = "g", topic: String = "t") throws -> ErrorCode {
        var partition = OffsetCommit.Request.Partition()
        (partition.committedOffset, partition.committedMetadata) = (offset, "note")
        var place = OffsetCommit.Request.Topic()
        (place.name, place.partitions) = (topic, [partition])
        var request = OffsetCommit.Request()
        (request.groupId, request.generationIdOrMemberEpoch, request.topics) = (group, -1, [place])
        return try self.request(OffsetCommit.self, request, version: 8).topics[0].partitions[0].errorCode
    }

    func committed(group: String = "g", topic: String = "t") throws -> Int64 {
        var place = OffsetFetch.Request.Topic()
        (place.name, place.partitionIndexes) = (topic, [0])
        var request = OffsetFetch.Request()
        (request.groupId, request.topics) = (group, [place])
        return try self.request(OffsetFetch.self, request, version: 5).topics[0].partitions[0].committedOffset
    }

    func initProducer() throws -> InitProducerId.Response {
        try request(InitProducerId.self, InitProducerId.Request(), version: 4)
    }

    /// All values of a partition from `offset` on, and the error that there was.
    func values(
        _ topic: String = "t", partition: Int32 = 0, from offset: Int64 = 0
    ) throws -> (values: [[UInt8]], error: ErrorCode) {
        var values: [[UInt8]] = []
        var next = offset
        while true {
            var asked = Fetch.Request.Partition()
            (asked.partition, asked.fetchOffset, asked.partitionMaxBytes) = (partition, next, 1 << 16)
            var place = Fetch.Request.Topic()
            (place.topic, place.partitions) = (topic, [asked])
            var request = Fetch.Request()
            (request.maxBytes, request.topics) = (1 << 20, [place])
            let message = try Fetch.encodeRequest(request, version: 11, correlationId: 7, clientId: "bare")
            send(message.bytes)
            let frame = try self.frame()
            let found = try frame.withUnsafeBytes { bytes in
                let part = try Fetch.decodeResponse(bytes, version: 11).response.responses[0].partitions[0]
                let records = UnsafeRawBufferPointer(rebasing: bytes[(part.records ?? Records()).range])
                var batches = BatchCursor(records, mayBeCutShort: false)
                while let (header, batch) = try batches.next() {
                    try header.verify(batch)
                    var cursor = try header.records(in: batch, Unpacker())
                    while let record = try cursor.next() {
                        guard record.offset >= next else { continue }
                        values.append(Array(record.value ?? UnsafeRawBufferPointer(start: nil, count: 0)))
                        next = record.offset + 1
                    }
                }
                return (isEmpty: records.isEmpty, error: part.errorCode)
            }
            if found.isEmpty { return (values, found.error) }
        }
    }
}
