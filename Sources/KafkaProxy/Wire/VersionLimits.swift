// Which versions clients may use through the proxy: those whose bodies it changes or reads are held to what it knows.
package import KafkaWire

/// The versions that clients are told of.
package enum VersionLimits {
    /// The requests whose bodies the ledger is made of.
    static let read: [ApiKey] = [
        .produce, .fetch, .metadata, .offsetCommit, .txnOffsetCommit, .addPartitionsToTxn, .initProducerId, .endTxn,
        .joinGroup, .leaveGroup, .apiVersions,
    ]

    /// The range of each request that has limits. What is not here passes in whatever version both sides know.
    package static let ranges: [Int16: ClosedRange<Int16>] = {
        var ranges = Dictionary(uniqueKeysWithValues: AddressedApi.allCases.map { ($0.rawValue, $0.versions) })
        for key in read { ranges[key.rawValue] = key.api.versions }
        ranges[ConsumerHeartbeat.key] = ConsumerHeartbeat.versions
        // Version 0 is followed by tokens without frames.
        ranges[ApiKey.saslHandshake.rawValue] = 1...Int16.max
        return ranges
    }()

    /// An answer to ApiVersions with its ranges narrowed, its length in front. One that says an error stays as it is.
    ///
    /// A request of which the broker and the proxy know no common version gets an empty range, which clients take for a
    /// request that is not there.
    ///
    /// - Throws: ``WireError`` for bytes that are no such answer.
    package static func narrowed(_ frame: UnsafeRawBufferPointer, version: Int16) throws(WireError) -> [UInt8] {
        let isFlexible = ApiVersions.isFlexible(version)
        var reader = WireReader(frame, version: version, isFlexible: isFlexible)
        // The number of the request. This answer's header has no tags in any version.
        _ = try reader.take(4)
        var edits: [Edit] = []
        if try reader.integer() as Int16 == 0 {
            for _ in 0..<(try reader.length(.long) ?? 0) {
                let key: Int16 = try reader.integer()
                let start = reader.position
                let (least, most): (Int16, Int16) = (try reader.integer(), try reader.integer())
                if let range = ranges[key] {
                    let new = (max(least, range.lowerBound), min(most, range.upperBound))
                    if new != (least, most) {
                        edits.append(
                            Edit(range: start..<start + 4, bytes: Splice.integer(new.0) + Splice.integer(new.1)))
                    }
                }
                if isFlexible { try reader.skipTags() }
            }
        }
        return try Splice.framed(frame, edits)
    }

    /// What a broker says to an ApiVersions request of a version that it does not know, in the oldest form: the client
    /// asks again in one that it does. nil where the version is known.
    static func refusal(_ header: RequestHeader) throws(WireError) -> [UInt8]? {
        guard header.key == ApiKey.apiVersions.rawValue, !ApiVersions.versions.contains(header.version) else {
            return nil
        }
        var response = ApiVersions.Response()
        response.errorCode = .unsupportedVersion
        var entry = ApiVersions.Response.ApiVersion()
        entry.apiKey = header.key
        (entry.minVersion, entry.maxVersion) = (ApiVersions.versions.lowerBound, ApiVersions.versions.upperBound)
        response.apiKeys = [entry]
        return try ApiVersions.encodeResponse(response, version: 0, correlationId: header.correlationId).bytes
    }
}
