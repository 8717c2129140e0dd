// Where answers name brokers by their addresses: the bytes of host and port in the seven requests that have them.
package import KafkaWire

/// A broker's address.
package struct WireAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var host: String
    package var port: Int32

    package init(_ host: String, _ port: Int32) {
        self.host = host
        self.port = port
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    package static func < (one: WireAddress, other: WireAddress) -> Bool {
        (one.host, one.port) < (other.host, other.port)
    }
}

/// A request whose answers name addresses.
package enum AddressedApi: Int16, CaseIterable, Sendable {
    case produce = 0
    case fetch = 1
    case metadata = 3
    case findCoordinator = 10
    case describeCluster = 60
    case shareFetch = 78
    case shareAcknowledge = 79

    /// The versions that are understood; clients are told of no others. The first ones of the share requests were only
    /// in Kafka 4.0, for trying out (KIP-932).
    package var versions: ClosedRange<Int16> {
        switch self {
        case .produce: Produce.versions
        case .fetch: Fetch.versions
        case .metadata: Metadata.versions
        case .findCoordinator: FindCoordinator.versions
        case .describeCluster: DescribeCluster.versions
        case .shareFetch, .shareAcknowledge: 1...2
        }
    }

    /// Whether answers of this version name addresses (for Produce and Fetch: KIP-951).
    func hasAddresses(_ version: Int16) -> Bool {
        switch self {
        case .produce: version >= 10
        case .fetch: version >= 16
        default: true
        }
    }

    func isFlexible(_ version: Int16) -> Bool {
        switch self {
        case .produce: Produce.isFlexible(version)
        case .fetch: Fetch.isFlexible(version)
        case .metadata: Metadata.isFlexible(version)
        case .findCoordinator: FindCoordinator.isFlexible(version)
        case .describeCluster, .shareFetch, .shareAcknowledge: true
        }
    }
}

/// The addresses of an answer, and where they are.
package struct Addresses: Equatable {
    struct Span: Equatable {
        var address: WireAddress
        /// With its length.
        var host: Range<Int>
        var port: Range<Int>
    }

    var spans: [Span] = []
    /// The tagged field that has them all: the bytes that say its size, and the size.
    var tag: (place: Range<Int>, size: Int)?
    private var isFlexible = false

    package static func == (one: Addresses, other: Addresses) -> Bool { one.spans == other.spans }

    /// Each address once, in order.
    package var brokers: [WireAddress] { Set(spans.map(\.address)).sorted() }

    /// Finds the addresses of an answer; none where the version has none.
    ///
    /// - Throws: ``WireError`` for bytes that are no such answer.
    package init(_ frame: UnsafeRawBufferPointer, of api: AddressedApi, version: Int16) throws(WireError) {
        guard api.hasAddresses(version) else { return }
        guard api.versions.contains(version) else { throw WireError(.version, "\(api) version \(version)", at: 0) }
        isFlexible = api.isFlexible(version)
        var walk = Walk(frame, version: version, isFlexible: isFlexible)
        // The number of the request.
        try walk.skip(4)
        try walk.skipTags()
        switch api {
        case .metadata:
            if version >= 3 { try walk.skip(4) }
            try walk.nodes(&spans) { walk throws(WireError) in if version >= 1 { try walk.skipText() } }
        case .findCoordinator:
            if version >= 1 { try walk.skip(4) }
            if version >= 4 {
                try walk.each { walk throws(WireError) in
                    try walk.skipText()
                    try walk.node(&spans)
                    try walk.skip(2)
                    try walk.skipText()
                }
            } else {
                try walk.skip(2)
                if version >= 1 { try walk.skipText() }
                try walk.node(&spans)
            }
        case .describeCluster:
            try walk.skip(6)
            try walk.skipText()
            if version >= 1 { try walk.skip(1) }
            try walk.skipText()
            try walk.skip(4)
            try walk.nodes(&spans) { walk throws(WireError) in
                try walk.skipText()
                if version >= 2 { try walk.skip(1) }
            }
        case .produce:
            try walk.producedTopics()
            try walk.skip(4)
            tag = try walk.taggedNodes(&spans)
        case .fetch:
            try walk.skip(10)
            try walk.fetchedTopics()
            tag = try walk.taggedNodes(&spans)
        case .shareFetch, .shareAcknowledge:
            try walk.skip(6)
            try walk.skipText()
            if api == .shareFetch || version >= 2 { try walk.skip(4) }
            try walk.sharedTopics(hasRecords: api == .shareFetch)
            try walk.nodes(&spans) { walk throws(WireError) in try walk.skipText() }
        }
    }

    /// The answer with other addresses, its length in front; `place` says what is said in place of each.
    package func replaced(
        in frame: UnsafeRawBufferPointer, by place: (WireAddress) -> WireAddress
    ) throws(WireError) -> [UInt8] {
        var edits: [Edit] = []
        for span in spans {
            let new = place(span.address)
            edits.append(Edit(range: span.host, bytes: try Splice.text(new.host, isFlexible: isFlexible)))
            edits.append(Edit(range: span.port, bytes: Splice.integer(new.port)))
        }
        if let tag {
            let size = edits.reduce(tag.size) { $0 + $1.bytes.count - $1.range.count }
            edits.insert(Edit(range: tag.place, bytes: Splice.varint(UInt32(size))), at: 0)
        }
        return try Splice.framed(frame, edits)
    }
}
