// Goes over the fields of an answer without making values of them, and says where some of them are.
internal import KafkaWire

/// Goes over an answer's fields.
struct Walk {
    var reader: WireReader
    let version: Int16

    init(_ frame: UnsafeRawBufferPointer, version: Int16, isFlexible: Bool) {
        reader = WireReader(frame, version: version, isFlexible: isFlexible)
        self.version = version
    }

    mutating func skip(_ count: Int) throws(WireError) { _ = try reader.take(count) }

    mutating func skipTags() throws(WireError) { if reader.isFlexible { try reader.skipTags() } }

    /// A text; nil for none.
    mutating func text() throws(WireError) -> String? {
        guard let count = try reader.length(.short) else { return nil }
        return try reader.string(count)
    }

    mutating func skipText() throws(WireError) {
        if let count = try reader.length(.short) { _ = try reader.take(count) }
    }

    mutating func skipBytes() throws(WireError) {
        if let count = try reader.length(.long) { _ = try reader.take(count) }
    }

    /// The structures of an array, each with its tags.
    mutating func each(_ body: (inout Walk) throws(WireError) -> Void) throws(WireError) {
        for _ in 0..<(try reader.length(.long) ?? 0) {
            try body(&self)
            try skipTags()
        }
    }

    /// A node's number and address. One that is not known has no address.
    mutating func node(_ spans: inout [Addresses.Span]) throws(WireError) {
        let id: Int32 = try reader.integer()
        let start = reader.position
        let host = try reader.length(.short).map { count throws(WireError) in try reader.string(count) } ?? ""
        let middle = reader.position
        let port: Int32 = try reader.integer()
        guard id != -1, port > 0, !host.isEmpty else { return }
        spans.append(.init(address: WireAddress(host, port), host: start..<middle, port: middle..<reader.position))
    }

    mutating func nodes(
        _ spans: inout [Addresses.Span], rest: (inout Walk) throws(WireError) -> Void
    ) throws(WireError) {
        for _ in 0..<(try reader.length(.long) ?? 0) {
            try node(&spans)
            try rest(&self)
            try skipTags()
        }
    }

    /// The nodes of the tagged field 0 of an answer's end.
    mutating func taggedNodes(_ spans: inout [Addresses.Span]) throws(WireError) -> (place: Range<Int>, size: Int)? {
        for _ in 0..<(try reader.unsignedVarint()) {
            let tag = try reader.unsignedVarint()
            let start = reader.position
            let size = Int(try reader.unsignedVarint())
            guard tag == 0 else {
                try skip(size)
                continue
            }
            let place = start..<reader.position
            let end = reader.position + size
            try nodes(&spans) { walk throws(WireError) in try walk.skipText() }
            guard reader.position == end else { throw WireError(.length, "NodeEndpoints", at: start) }
            return (place, size)
        }
        return nil
    }

    /// A topic's name, or from version 13 on its identity.
    private mutating func skipTopic() throws(WireError) { version >= 13 ? try skip(16) : try skipText() }

    mutating func producedTopics() throws(WireError) {
        try each { walk throws(WireError) in
            try walk.skipTopic()
            try walk.each { walk throws(WireError) in
                // Partition, error, offset, time, the log's start.
                try walk.skip(4 + 2 + 8 + 8 + 8)
                try walk.each { walk throws(WireError) in
                    try walk.skip(4)
                    try walk.skipText()
                }
                try walk.skipText()
            }
        }
    }

    /// Topics of an answer to Fetch; `records` is told where the records of each partition and their length are.
    mutating func fetchedTopics(
        records: (_ length: Range<Int>, _ content: Range<Int>) -> Void = { _, _ in }
    ) throws(WireError) {
        try each { walk throws(WireError) in
            try walk.skipTopic()
            try walk.each { walk throws(WireError) in
                // Partition, error, the ends of the log.
                try walk.skip(4 + 2 + 8 + (walk.version >= 4 ? 8 : 0) + (walk.version >= 5 ? 8 : 0))
                // Aborted transactions: producer, offset.
                if walk.version >= 4 { try walk.each { walk throws(WireError) in try walk.skip(16) } }
                // The replica to read from.
                if walk.version >= 11 { try walk.skip(4) }
                let start = walk.reader.position
                let count = try walk.reader.length(.long) ?? 0
                let length = start..<walk.reader.position
                records(length, try walk.reader.take(count))
            }
        }
    }

    mutating func sharedTopics(hasRecords: Bool) throws(WireError) {
        try each { walk throws(WireError) in
            try walk.skip(16)
            try walk.each { walk throws(WireError) in
                try walk.skip(6)
                try walk.skipText()
                if hasRecords {
                    try walk.skip(2)
                    try walk.skipText()
                }
                // The leader and its epoch.
                try walk.skip(8)
                try walk.skipTags()
                guard hasRecords else { return }
                try walk.skipBytes()
                // First and last offset, deliveries.
                try walk.each { walk throws(WireError) in try walk.skip(18) }
            }
        }
    }
}
