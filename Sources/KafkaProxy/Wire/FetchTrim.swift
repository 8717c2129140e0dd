// Cuts an answer to Fetch down to one batch of records, so that a small load meets many points.
package import KafkaWire

package enum FetchTrim {
    /// The answer with its first batch of records and no other, its length in front; nil where it has no more than
    /// that. What is left out is asked for again, as the client's position stands before it.
    ///
    /// - Throws: ``WireError`` for bytes that are no such answer, or records in a format older than 2.
    package static func trimmed(_ frame: UnsafeRawBufferPointer, version: Int16) throws(WireError) -> [UInt8]? {
        guard Fetch.versions.contains(version) else { throw WireError(.version, "Fetch version \(version)", at: 0) }
        let isFlexible = Fetch.isFlexible(version)
        var walk = Walk(frame, version: version, isFlexible: isFlexible)
        try walk.skip(4)
        try walk.skipTags()
        if version >= 1 { try walk.skip(4) }
        if version >= 7 { try walk.skip(6) }
        var found: [(length: Range<Int>, content: Range<Int>)] = []
        try walk.fetchedTopics { if !$1.isEmpty { found.append(($0, $1)) } }
        guard let first = found.first else { return nil }
        let records = UnsafeRawBufferPointer(rebasing: frame[first.content])
        guard let kept = try BatchHeader.byteCount(records), found.count > 1 || kept < first.content.count else {
            return nil
        }
        let edits = found.enumerated().map { index, place in
            let count = index == 0 ? kept : 0
            let length = isFlexible ? Splice.varint(UInt32(count) + 1) : Splice.integer(Int32(count))
            let start = place.content.lowerBound
            return Edit(
                range: place.length.lowerBound..<place.content.upperBound, bytes: length + frame[start..<start + count])
        }
        return try Splice.framed(frame, edits)
    }
}
