// Writes the protocol's types. Batches of records are not copied: what is written has gaps for them.

/// Bytes to send, and the places between them where batches of records go.
package struct EncodedFrame: Equatable, Sendable {
    /// A place for records.
    package struct Gap: Equatable, Sendable {
        /// How many of the frame's own bytes come before it.
        package var position: Int
        /// What the message's field said.
        package var records: Records
    }

    /// The frame's own bytes, its length at the front, which counts the records too.
    package var bytes: [UInt8]
    /// In the order of their positions.
    package var gaps: [Gap]

    /// The whole, with records that are ranges of `source`.
    package func joined(with source: UnsafeRawBufferPointer) -> [UInt8] {
        var whole: [UInt8] = []
        var from = 0
        for gap in gaps {
            whole += bytes[from..<gap.position]
            whole += source[gap.records.range]
            from = gap.position
        }
        return whole + bytes[from...]
    }
}

/// Writes a message's fields, from the first to the last.
package struct WireWriter: FieldCoder {
    package private(set) var bytes: [UInt8] = []
    private var gaps: [EncodedFrame.Gap] = []
    package let version: Int16
    package let isFlexible: Bool
    private var field: StaticString = "frame"
    private(set) var mayBeNull = true
    /// The tagged fields of the structure that is written.
    private var tags: [(tag: UInt32, content: [UInt8])] = []

    package init(version: Int16 = 0, isFlexible: Bool = false) {
        self.version = version
        self.isFlexible = isFlexible
    }

    /// A writer of a frame, with room for its length at the front.
    static func frame(version: Int16, isFlexible: Bool) -> WireWriter {
        var writer = WireWriter(version: version, isFlexible: isFlexible)
        // Most messages are shorter.
        writer.bytes.reserveCapacity(256)
        writer.integer(0 as Int32)
        return writer
    }

    private func error(_ code: WireError.Code) -> WireError { WireError(code, "\(field)", at: bytes.count) }

    /// What ``frame(version:isFlexible:)`` was for, with its length at the front.
    consuming func framed() throws(WireError) -> EncodedFrame {
        let count = gaps.reduce(bytes.count - Frame.prefixLength) { $0 + $1.records.range.count }
        guard let length = Int32(exactly: count) else { throw error(.frameTooLarge) }
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: length.bigEndian, as: Int32.self) }
        return EncodedFrame(bytes: bytes, gaps: gaps)
    }

    // MARK: Types

    mutating func integer<I: FixedWidthInteger>(_ value: I) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func unsignedVarint(_ value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// A length or count; nil is null.
    mutating func length(_ count: Int?, _ width: LengthWidth) throws(WireError) {
        let count = count ?? -1
        guard count <= width.largest(isFlexible: isFlexible) else { throw error(.tooLong) }
        if isFlexible {
            unsignedVarint(UInt32(count + 1))
        } else if width == .short {
            integer(Int16(count))
        } else {
            integer(Int32(count))
        }
    }

    mutating func append(_ content: some Sequence<UInt8>) { bytes.append(contentsOf: content) }

    mutating func gap(_ records: Records) {
        gaps.append(.init(position: bytes.count, records: records))
    }

    // MARK: Fields

    mutating func structure(_ value: some Structure) throws(WireError) {
        let outer = tags
        tags = []
        // The list of fields serves both directions, and so wants what it may change.
        var copy = value
        try copy.fields(&self)
        if isFlexible {
            unsignedVarint(UInt32(tags.count))
            for (tag, content) in tags {
                unsignedVarint(tag)
                unsignedVarint(UInt32(content.count))
                append(content)
            }
        }
        tags = outer
    }

    package mutating func visit<V: WireValue>(
        _ name: StaticString, _ value: inout V, mayBeNull: Bool
    ) throws(WireError) {
        field = name
        self.mayBeNull = mayBeNull
        try value.write(to: &self)
    }

    package mutating func visitTagged<V: WireValue & Equatable>(
        _ tag: UInt32, _ name: StaticString, _ value: inout V, unless: V
    ) throws(WireError) {
        guard value != unless else { return }
        var content = WireWriter(version: version, isFlexible: true)
        try content.visit(name, &value, mayBeNull: true)
        tags.append((tag, content.bytes))
    }
}
