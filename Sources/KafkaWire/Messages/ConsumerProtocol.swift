// What the members of consumer groups tell each other through JoinGroup and SyncGroup; brokers pass it on unread.

/// Partitions of a topic.
package struct TopicPartitions: Structure {
    package var topic = ""
    package var partitions: [Int32] = []

    package init() {}

    package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
        try coder.field("Topic", &topic)
        try coder.field("Partitions", &partitions)
    }
}

/// A structure that begins with its version.
package protocol ConsumerProtocol: Structure {}

extension ConsumerProtocol {
    package static var versions: ClosedRange<Int16> { 0...3 }

    /// Reads a version that is known, or what is known of a later one.
    package static func decode(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> Self {
        var prefix = WireReader(bytes)
        let version: Int16 = try prefix.integer()
        guard version >= 0 else { throw WireError(.version, "Version", at: 0) }
        var reader = WireReader(bytes, from: prefix.position, version: min(version, versions.upperBound))
        return try Self(from: &reader)
    }

    package func encode(version: Int16) throws(WireError) -> Bytes {
        guard Self.versions.contains(version) else { throw WireError(.version, "Version", at: 0) }
        var writer = WireWriter(version: version)
        writer.integer(version)
        try write(to: &writer)
        return Bytes(writer.bytes)
    }
}

/// What a member wants, and has.
package struct ConsumerSubscription: ConsumerProtocol {
    package var topics: [String] = []
    package var userData: Bytes?
    package var ownedPartitions: [TopicPartitions] = []
    package var generationId: Int32 = -1
    package var rackId: String?

    package init() {}

    package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
        try coder.field("Topics", &topics)
        try coder.field("UserData", &userData)
        try coder.field("OwnedPartitions", &ownedPartitions, since: 1)
        try coder.field("GenerationId", &generationId, since: 2)
        try coder.field("RackId", &rackId, since: 3)
    }
}

/// What a member gets.
package struct ConsumerAssignment: ConsumerProtocol {
    package var assignedPartitions: [TopicPartitions] = []
    package var userData: Bytes?

    package init() {}

    package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
        try coder.field("AssignedPartitions", &assignedPartitions)
        try coder.field("UserData", &userData)
    }
}
