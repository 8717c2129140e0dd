// The protocol's types, as Swift has them.

/// A value that a field may have.
package protocol WireValue: Sendable {
    /// The name that the public schemas give the type.
    static var typeName: String { get }
    init(from reader: inout WireReader) throws(WireError)
    func write(to writer: inout WireWriter) throws(WireError)
    /// A made-up value.
    static func sample(_ samples: inout SampleCoder) throws(WireError) -> Self
}

/// How wide a length is where the version is not flexible.
package enum LengthWidth: Sendable {
    case short
    case long

    func largest(isFlexible: Bool) -> Int { self == .short ? Int(Int16.max) : Int(Int32.max) - (isFlexible ? 1 : 0) }
}

/// A value that begins with its length, and so may be null.
package protocol LengthPrefixed: WireValue {
    static var lengthWidth: LengthWidth { get }
    /// An empty value.
    init()
    /// Bytes, or elements.
    var wireCount: Int { get }
    init(_ count: Int, from reader: inout WireReader) throws(WireError)
    func writeContent(to writer: inout WireWriter) throws(WireError)
}

extension LengthPrefixed {
    package init(from reader: inout WireReader) throws(WireError) {
        guard let count = try reader.length(Self.lengthWidth) else { throw reader.error(.null) }
        self = try Self(count, from: &reader)
    }

    package func write(to writer: inout WireWriter) throws(WireError) {
        try writer.length(wireCount, Self.lengthWidth)
        try writeContent(to: &writer)
    }
}

/// Null where the version knows it. In a version that does not, nil is written as an empty value, and null is refused.
extension Optional: WireValue where Wrapped: LengthPrefixed {
    package static var typeName: String { Wrapped.typeName }

    package init(from reader: inout WireReader) throws(WireError) {
        let mayBeNull = reader.mayBeNull
        guard let count = try reader.length(Wrapped.lengthWidth) else {
            guard mayBeNull else { throw reader.error(.null) }
            self = nil
            return
        }
        self = try Wrapped(count, from: &reader)
    }

    package func write(to writer: inout WireWriter) throws(WireError) {
        if let self {
            try self.write(to: &writer)
        } else {
            try writer.length(writer.mayBeNull ? nil : 0, Wrapped.lengthWidth)
        }
    }
}

extension FixedWidthInteger where Self: WireValue {
    package init(from reader: inout WireReader) throws(WireError) { self = try reader.integer() }
    package func write(to writer: inout WireWriter) { writer.integer(self) }
}

extension Int8: WireValue { package static var typeName: String { "int8" } }
extension Int16: WireValue { package static var typeName: String { "int16" } }
extension Int32: WireValue { package static var typeName: String { "int32" } }
extension Int64: WireValue { package static var typeName: String { "int64" } }

extension Bool: WireValue {
    package static var typeName: String { "bool" }
    package init(from reader: inout WireReader) throws(WireError) { self = try reader.integer() as UInt8 != 0 }
    package func write(to writer: inout WireWriter) { writer.integer(self ? 1 : 0 as UInt8) }
}

extension ErrorCode: WireValue {
    package static var typeName: String { "int16" }
    package init(from reader: inout WireReader) throws(WireError) { self.init(code: try reader.integer()) }
    package func write(to writer: inout WireWriter) { writer.integer(rawValue) }
}

/// The identity of a topic.
package struct Uuid: WireValue, Hashable {
    package static var typeName: String { "uuid" }
    package var high: UInt64 = 0
    package var low: UInt64 = 0

    package init() {}

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(from reader: inout WireReader) throws(WireError) {
        high = try reader.integer()
        low = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(high)
        writer.integer(low)
    }
}

extension String: LengthPrefixed {
    package static var typeName: String { "string" }
    package static var lengthWidth: LengthWidth { .short }
    package var wireCount: Int { utf8.count }
    package init(_ count: Int, from reader: inout WireReader) throws(WireError) { self = try reader.string(count) }
    package func writeContent(to writer: inout WireWriter) { writer.append(utf8) }
}

/// Bytes that mean something to others only.
package struct Bytes: LengthPrefixed, Hashable {
    package static var typeName: String { "bytes" }
    package static var lengthWidth: LengthWidth { .long }
    package var array: [UInt8] = []

    package init() {}
    package init(_ array: [UInt8]) { self.array = array }

    package var wireCount: Int { array.count }
    package init(_ count: Int, from reader: inout WireReader) throws(WireError) { array = try reader.array(count) }
    package func writeContent(to writer: inout WireWriter) { writer.append(array) }
}

/// Batches of records, which stay where they are.
package struct Records: LengthPrefixed, Hashable {
    package static var typeName: String { "records" }
    package static var lengthWidth: LengthWidth { .long }
    /// Where they are: in a message that was read, the bytes of its frame. Whoever writes a message says with it how
    /// many bytes there are, and finds it again in the gap that is left for them.
    package var range: Range<Int> = 0..<0

    package init() {}
    package init(_ range: Range<Int>) { self.range = range }

    package var wireCount: Int { range.count }
    package init(_ count: Int, from reader: inout WireReader) throws(WireError) { range = try reader.take(count) }
    package func writeContent(to writer: inout WireWriter) { if !range.isEmpty { writer.gap(self) } }
}

extension Array: WireValue, LengthPrefixed where Element: WireValue {
    package static var typeName: String { "[]" + Element.typeName }
    package static var lengthWidth: LengthWidth { .long }
    package var wireCount: Int { count }

    package init(_ count: Int, from reader: inout WireReader) throws(WireError) {
        self.init()
        // What is claimed may not be there: beyond this, memory grows with what was read.
        reserveCapacity(Swift.min(count, 64))
        for _ in 0..<count { append(try Element(from: &reader)) }
    }

    package func writeContent(to writer: inout WireWriter) throws(WireError) {
        for element in self { try element.write(to: &writer) }
    }
}
