// A value that may be missing, in JSON: null, and not a missing key.

/// Writes nil as null, so that a tool can tell "none" from "an older kbench". Reading, a missing key is nil.
@propertyWrapper
public struct OrNull<Value: Codable & Equatable & Sendable>: Codable, Equatable, Sendable {
    /// The value.
    public var wrappedValue: Value?

    /// Makes a value.
    public init(wrappedValue: Value? = nil) { self.wrappedValue = wrappedValue }

    /// Reads a value or null.
    ///
    /// - Throws: what the decoder throws.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
    }

    /// Writes the value, or null.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue)
    }
}

extension KeyedDecodingContainer {
    /// What the compiler's own decoding of a property calls, because it fits the type best.
    func decode<Value>(_ type: OrNull<Value>.Type, forKey key: Key) throws -> OrNull<Value> {
        try decodeIfPresent(type, forKey: key) ?? OrNull()
    }
}
