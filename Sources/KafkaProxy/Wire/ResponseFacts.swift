// What answers say that a verdict can use: what was read, where it ends, what was refused, who joined.
package import KafkaWire

/// What an answer to Fetch has of a partition.
package struct FetchedPart: Equatable, Sendable {
    package var place: WirePlace
    package var error: Int16
    /// From the first batch's first offset to behind the last record; empty without records. Markers of transactions
    /// are no records.
    package var range: Range<Int64>
    /// Records are there, markers are not counted.
    package var hasRecords: Bool
    package var highWatermark: Int64
    /// -1 where the version does not say.
    package var lastStableOffset: Int64
}

/// What became of something that a request asked for a partition.
package struct PlaceOutcome: Equatable, Sendable {
    package var place: WirePlace
    package var error: Int16
    /// Where a produced batch begins.
    package var baseOffset: Int64 = -1
}

/// What an answer says.
package enum ResponseFacts: Equatable, Sendable {
    case fetched([FetchedPart])
    /// Of Produce, OffsetCommit and TxnOffsetCommit.
    case outcomes([PlaceOutcome])
    /// Of EndTxn, InitProducerId and LeaveGroup.
    case done(error: Int16)
    case joined(member: String, error: Int16)

    /// Reads an answer to a request of this number; nil for one that says nothing of this. Topics' names are learnt.
    ///
    /// - Throws: ``WireError`` for bytes that are no such answer.
    package init?(
        _ frame: UnsafeRawBufferPointer, of key: Int16, version: Int16, _ names: inout TopicNames
    ) throws(WireError) {
        guard key != ConsumerHeartbeat.key else {
            let (error, member) = try ConsumerHeartbeat.response(frame, version: version)
            self = .joined(member: member, error: error)
            return
        }
        switch ApiKey(rawValue: key) {
        case .metadata:
            for topic in try Metadata.decodeResponse(frame, version: version).response.topics {
                if let name = topic.name, topic.topicId != Uuid() { names.add(topic.topicId, name) }
            }
            return nil
        case .fetch:
            let response = try Fetch.decodeResponse(frame, version: version).response
            self = .fetched(
                response.responses.flatMap { topic in
                    let name = names.name(topic.topic, topic.topicId)
                    return topic.partitions.map { Self.part($0, name, frame) }
                })
        case .produce:
            let response = try Produce.decodeResponse(frame, version: version).response
            self = .outcomes(
                response.responses.flatMap { topic in
                    let name = names.name(topic.name, topic.topicId)
                    return topic.partitionResponses.map {
                        PlaceOutcome(
                            place: WirePlace(name, $0.index), error: $0.errorCode.rawValue, baseOffset: $0.baseOffset)
                    }
                })
        case .offsetCommit:
            let response = try OffsetCommit.decodeResponse(frame, version: version).response
            self = .outcomes(
                response.topics.flatMap { topic in
                    let name = names.name(topic.name, topic.topicId)
                    return topic.partitions.map {
                        PlaceOutcome(place: WirePlace(name, $0.partitionIndex), error: $0.errorCode.rawValue)
                    }
                })
        case .txnOffsetCommit:
            let response = try TxnOffsetCommit.decodeResponse(frame, version: version).response
            self = .outcomes(
                response.topics.flatMap { topic in
                    topic.partitions.map {
                        PlaceOutcome(place: WirePlace(topic.name, $0.partitionIndex), error: $0.errorCode.rawValue)
                    }
                })
        case .endTxn:
            self = .done(error: try EndTxn.decodeResponse(frame, version: version).response.errorCode.rawValue)
        case .initProducerId:
            self = .done(error: try InitProducerId.decodeResponse(frame, version: version).response.errorCode.rawValue)
        case .leaveGroup:
            self = .done(error: try LeaveGroup.decodeResponse(frame, version: version).response.errorCode.rawValue)
        case .joinGroup:
            let response = try JoinGroup.decodeResponse(frame, version: version).response
            self = .joined(member: response.memberId, error: response.errorCode.rawValue)
        default: return nil
        }
    }

    private static func part(
        _ partition: Fetch.Response.Partition, _ topic: String, _ frame: UnsafeRawBufferPointer
    ) -> FetchedPart {
        var range: Range<Int64>?
        let content = partition.records?.range ?? 0..<0
        var cursor = BatchCursor(UnsafeRawBufferPointer(rebasing: frame[content]), mayBeCutShort: true)
        // Records in an older format, or damaged ones, are records all the same; only their offsets are not known.
        var isUnknown = false
        do throws(WireError) {
            while let batch = try cursor.next() {
                let header = batch.header
                guard !header.isControl, header.recordCount > 0, header.lastOffset < .max else { continue }
                let first = range?.lowerBound ?? header.baseOffset
                guard header.lastOffset >= first else { continue }
                range = first..<max(header.lastOffset + 1, range?.upperBound ?? 0)
            }
        } catch {
            isUnknown = true
        }
        return FetchedPart(
            place: WirePlace(topic, partition.partitionIndex), error: partition.errorCode.rawValue,
            range: range ?? 0..<0, hasRecords: range != nil || isUnknown, highWatermark: partition.highWatermark,
            lastStableOffset: partition.lastStableOffset)
    }

    /// The partitions of which it has records.
    package var placesWithRecords: [WirePlace] {
        guard case .fetched(let parts) = self else { return [] }
        return parts.filter(\.hasRecords).map(\.place)
    }

    /// The partitions that it names.
    package var places: [WirePlace] {
        switch self {
        case .fetched(let parts): parts.map(\.place)
        case .outcomes(let outcomes): outcomes.map(\.place)
        case .done, .joined: []
        }
    }
}
