// Reads the protocol's types from bytes that may be anything: each length is held against what is left.

/// Reads a message's fields from a frame, from the first to the last.
package struct WireReader: FieldCoder {
    private let bytes: UnsafeRawBufferPointer
    /// The next byte, counted from the start of the frame.
    package private(set) var position: Int
    private var end: Int
    package let version: Int16
    package let isFlexible: Bool
    /// The field that is read, for errors.
    private var field: StaticString = "frame"
    /// Whether the version lets the field that is read be null.
    private(set) var mayBeNull = true
    /// The tagged fields of the structure that is read, once they are reached.
    private var tags: TagSection?

    private struct TagSection {
        var start: Int
        var count: Int
        var end: Int
    }

    package init(_ bytes: UnsafeRawBufferPointer, from position: Int = 0, version: Int16 = 0, isFlexible: Bool = false)
    {
        self.bytes = bytes
        self.position = min(max(0, position), bytes.count)
        end = bytes.count
        self.version = version
        self.isFlexible = isFlexible
    }

    func error(_ code: WireError.Code) -> WireError { WireError(code, "\(field)", at: position) }

    /// Bytes that are left.
    package var remaining: Int { end - position }

    /// Refuses bytes behind the last field.
    package func finish() throws(WireError) {
        guard remaining == 0 else { throw error(.trailing) }
    }

    // MARK: Types

    package mutating func integer<I: FixedWidthInteger>() throws(WireError) -> I {
        guard remaining >= MemoryLayout<I>.size else { throw error(.truncated) }
        defer { position += MemoryLayout<I>.size }
        return I(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: I.self))
    }

    /// Where the next `count` bytes are.
    package mutating func take(_ count: Int) throws(WireError) -> Range<Int> {
        guard count >= 0, count <= remaining else { throw error(.truncated) }
        defer { position += count }
        return position..<position + count
    }

    /// A number of at most 32 bits, seven to a byte, the lowest first.
    package mutating func unsignedVarint() throws(WireError) -> UInt32 {
        var value: UInt32 = 0
        for shift in stride(from: UInt32(0), through: 28, by: 7) {
            let byte: UInt8 = try integer()
            guard shift < 28 || byte < 16 else { throw error(.number) }
            value |= UInt32(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        throw error(.number)
    }

    /// A length or count: nil is null. What has it takes at least a byte for each.
    package mutating func length(_ width: LengthWidth) throws(WireError) -> Int? {
        let count: Int
        if isFlexible {
            count = Int(try unsignedVarint()) - 1
        } else if width == .short {
            count = Int(try integer() as Int16)
        } else {
            count = Int(try integer() as Int32)
        }
        guard count >= 0 else {
            guard count == -1 else { throw error(.length) }
            return nil
        }
        guard count <= remaining, count <= width.largest(isFlexible: isFlexible) else { throw error(.length) }
        return count
    }

    package mutating func string(_ count: Int) throws(WireError) -> String {
        let place = try take(count)
        guard let text = String(validating: UnsafeRawBufferPointer(rebasing: bytes[place]), as: UTF8.self) else {
            throw error(.text)
        }
        return text
    }

    mutating func array(_ count: Int) throws(WireError) -> [UInt8] { Array(bytes[try take(count)]) }

    // MARK: Fields

    mutating func structure<S: Structure>() throws(WireError) -> S {
        let outer = tags
        tags = nil
        var value = S()
        try value.fields(&self)
        if isFlexible { position = try tagSection().end }
        tags = outer
        return value
    }

    package mutating func visit<V: WireValue>(
        _ name: StaticString, _ value: inout V, mayBeNull: Bool
    ) throws(WireError) {
        field = name
        self.mayBeNull = mayBeNull
        value = try V(from: &self)
    }

    package mutating func visitTagged<V: WireValue & Equatable>(
        _ tag: UInt32, _ name: StaticString, _ value: inout V, unless: V
    ) throws(WireError) {
        let section = try tagSection()
        position = section.start
        for _ in 0..<section.count {
            let found = try unsignedVarint()
            let content = try take(Int(try unsignedVarint()))
            guard found == tag else { continue }
            let whole = end
            (position, end) = (content.lowerBound, content.upperBound)
            try visit(name, &value, mayBeNull: true)
            try finish()
            end = whole
            return
        }
    }

    /// Reads over tagged fields that nobody knows.
    package mutating func skipTags() throws(WireError) {
        tags = nil
        position = try tagSection().end
        tags = nil
    }

    /// Where the tagged fields are; reads over them once, so that what follows may trust it.
    private mutating func tagSection() throws(WireError) -> TagSection {
        if let tags { return tags }
        let count = Int(try unsignedVarint())
        var section = TagSection(start: position, count: count, end: position)
        var least: UInt32 = 0
        for _ in 0..<count {
            let tag = try unsignedVarint()
            guard tag >= least else { throw error(.tags) }
            least = tag.addingReportingOverflow(1).partialValue
            _ = try take(Int(try unsignedVarint()))
        }
        section.end = position
        tags = section
        return section
    }
}
