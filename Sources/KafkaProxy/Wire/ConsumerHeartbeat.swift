// The heartbeat by which members of Kafka 4's own groups (KIP-848) join, stay and leave.
internal import KafkaWire

/// What the proxy reads and writes of ConsumerGroupHeartbeat; the rest of it passes as it is.
enum ConsumerHeartbeat {
    static let key: Int16 = 68
    /// The versions whose first fields are these, which all of them have alike.
    static let versions: ClosedRange<Int16> = 0...1

    /// What a member says of itself.
    struct Request: Equatable {
        var group: String
        /// Empty in the first of version 0, where the broker makes the name.
        var member: String
        /// Less than 0: it leaves.
        var epoch: Int32
        /// The name that outlives its process; nil: it has none.
        var instance: String?
    }

    /// The epoch with which a member leaves.
    static let leaving: Int32 = -1
    /// The epoch with which one leaves whose place is kept for who comes with the same instance.
    static let pausing: Int32 = -2

    static func request(_ frame: UnsafeRawBufferPointer, _ header: RequestHeader) throws(WireError) -> Request {
        var walk = Walk(
            UnsafeRawBufferPointer(rebasing: frame.dropFirst(header.length)), version: header.version, isFlexible: true)
        // The header's own tags, which are not read where a request is not known.
        try walk.skipTags()
        let group = try walk.text() ?? ""
        let member = try walk.text() ?? ""
        let epoch: Int32 = try walk.reader.integer()
        return Request(group: group, member: member, epoch: epoch, instance: try walk.text())
    }

    static func response(
        _ frame: UnsafeRawBufferPointer, version: Int16
    ) throws(WireError) -> (error: Int16, member: String) {
        var walk = Walk(frame, version: version, isFlexible: true)
        // The number of the request.
        try walk.skip(4)
        try walk.skipTags()
        // How long the client is to hold back.
        try walk.skip(4)
        let error: Int16 = try walk.reader.integer()
        try walk.skipText()
        return (error, try walk.text() ?? "")
    }

    /// A request by which a member leaves, its length in front.
    static func departure(_ request: Request, correlationId: Int32) throws(WireError) -> [UInt8] {
        func compact(_ text: String?) throws(WireError) -> [UInt8] {
            guard let text else { return [0] }
            return try Splice.text(text, isFlexible: true)
        }
        var bytes = Splice.integer(key) + Splice.integer(versions.lowerBound) + Splice.integer(correlationId)
        // No client's name, no tags.
        bytes += Splice.integer(-1 as Int16) + [0]
        bytes += try compact(request.group) + compact(request.member) + Splice.integer(request.epoch)
        bytes += try compact(request.instance)
        // No rack, no time, no topics, no assignor, no partitions, no tags.
        bytes += [0] + Splice.integer(-1 as Int32) + [0, 0, 0, 0]
        return Splice.integer(Int32(clamping: bytes.count)) + bytes
    }
}
