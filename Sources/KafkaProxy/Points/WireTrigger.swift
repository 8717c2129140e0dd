// Which frame something is done to: a point, filters, and the how-manieth that passes them.
internal import KafkaWire
package import World

/// A topic's partition, as frames name it.
package struct WirePlace: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var topic: String
    package var partition: Int32

    package init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    package var description: String { "\(topic)/\(partition)" }

    package static func < (one: WirePlace, other: WirePlace) -> Bool {
        (one.topic, one.partition) < (other.topic, other.partition)
    }
}

/// One frame of a run: `wire.fetch.records[topic=orders,partition=2,client=a]@3`.
package struct WireTrigger: Hashable, Sendable, CustomStringConvertible {
    package var point: WirePoint
    package var topic: String?
    package var partition: Int32?
    /// The client id that a request carries.
    package var clientId: String?
    /// Counted from 1 over the frames that pass the filters.
    package var occurrence: Int

    package init(
        _ point: WirePoint, topic: String? = nil, partition: Int32? = nil, clientId: String? = nil, occurrence: Int = 1
    ) {
        self.point = point
        self.topic = topic
        self.partition = partition
        self.clientId = clientId
        self.occurrence = occurrence
    }

    /// Whether frames have to be read for the filters.
    var wantsPlaces: Bool { topic != nil || partition != nil }

    /// The requests that name the topics that a filter can ask for.
    package static let topicRequests: Set<Int16> = Set(
        [ApiKey.produce, .fetch, .offsetCommit, .addPartitionsToTxn, .txnOffsetCommit].map(\.rawValue))

    /// Reads a trigger; without `@` its occurrence is 1.
    ///
    /// - Throws: ``TriggerError`` for what is none.
    package init(_ text: String) throws(TriggerError) {
        var name = text[...]
        var occurrence = 1
        // A filter's value may have an @ of its own.
        let countFrom = text.lastIndex(of: "]") ?? text.startIndex
        if let mark = text[countFrom...].lastIndex(of: "@") {
            guard let number = Int(text[text.index(after: mark)...]), number >= 1 else {
                throw TriggerError(text, "its occurrence is no number from 1 on")
            }
            occurrence = number
            name = text[..<mark]
        }
        var filters: [Substring] = []
        if let start = name.firstIndex(of: "[") {
            guard name.last == "]" else { throw TriggerError(text, "its filters do not end with ]") }
            filters = name[name.index(after: start)...].dropLast().split(
                separator: ",", omittingEmptySubsequences: false)
            name = name[..<start]
        }
        guard let point = WirePoint(String(name)) else { throw TriggerError(text, "there is no point \(name)") }
        self.init(point, occurrence: occurrence)
        for filter in filters {
            let parts = filter.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { throw TriggerError(text, "the filter '\(filter)' is not name=value") }
            let value = String(parts[1])
            switch parts[0] {
            case "topic": topic = value
            case "client": clientId = value
            case "partition":
                guard let number = Int32(value), number >= 0 else {
                    throw TriggerError(text, "partition \(value) is no number from 0 on")
                }
                partition = number
            default: throw TriggerError(text, "there is no filter \(parts[0])")
            }
        }
        guard !wantsPlaces || Self.topicRequests.contains(point.key) else {
            throw TriggerError(text, "\(ApiNames.name(of: point.key)) is not told apart by topic or partition")
        }
    }

    package var description: String {
        var filters: [String] = []
        if let topic { filters.append("topic=\(topic)") }
        if let partition { filters.append("partition=\(partition)") }
        if let clientId { filters.append("client=\(clientId)") }
        return "\(point)\(filters.isEmpty ? "" : "[\(filters.joined(separator: ","))]")@\(occurrence)"
    }

    /// Whether a frame at this point passes the filters.
    func matches(_ point: WirePoint, clientId: String?, places: some Sequence<WirePlace>) -> Bool {
        guard point == self.point else { return false }
        if let wanted = self.clientId, wanted != clientId { return false }
        guard wantsPlaces else { return true }
        return places.contains { place in
            (topic == nil || topic == place.topic) && (partition == nil || partition == place.partition)
        }
    }
}

/// A trigger that cannot be read.
package struct TriggerError: DiagnosticError, Equatable {
    /// The kind of mistake, for programs.
    package let code = "unknown-point"
    private let text: String
    private let reason: String

    init(_ text: String, _ reason: String) {
        self.text = text
        self.reason = reason
    }

    package var cause: String { "'\(text)' names no frame: \(reason)" }
    package var fix: String {
        "write wire.REQUEST.request or .response, or wire.fetch.records, then [topic=T,partition=P,client=C] and @K"
            + " as needed"
    }
    package var exitCode: ExitStatus { .usage }
}

/// What is done to the frame.
package enum WireAction: Hashable, Sendable {
    /// All traffic stops, and the owner kills the pipeline.
    case kill
    /// The connection is closed; the frame goes no further.
    case cut
    /// The frame, and what follows it on its way, comes that much later.
    case delay(milliseconds: Int64)
    /// The client gets this error; a request does not come to the broker.
    case error(Int16)
    /// The owner asks the pipeline to stop; the frame goes on.
    case stop
}
