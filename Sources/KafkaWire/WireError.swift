// What the protocol refuses: bytes that are not it, and values that it cannot carry.
public import World

/// Bytes that are not the protocol, or a value that it has no room for.
@usableFromInline package struct WireError: DiagnosticError, Equatable, Sendable, CustomStringConvertible {
    /// The kind of mistake, for programs.
    @usableFromInline package enum Code: String, Sendable {
        /// The bytes end before the value does.
        case truncated
        /// A length or count is negative, or larger than what is there can hold.
        case length
        /// A frame is longer than is allowed.
        case frameTooLarge = "frame-too-large"
        /// Nothing stands where something must.
        case null
        /// Text is not UTF-8.
        case text
        /// A number takes more bytes than it may, or is beyond its range.
        case number
        /// Tagged fields are not in order.
        case tags
        /// Bytes are left behind the last field.
        case trailing
        /// No such version of the message is known.
        case version
        /// A value is longer than the protocol can say.
        case tooLong = "too-long"
        /// A batch of records is in an older format than 2.
        case format
        /// The checksum of a batch differs from its bytes.
        case checksum
        /// The records of a batch do not decompress.
        case compression
    }

    /// The kind of mistake.
    package var code: Code
    /// What was read or written.
    package var field: String
    /// Where, counted from the start of the frame or the batch.
    package var byteOffset: Int

    @usableFromInline package init(_ code: Code, _ field: String, at byteOffset: Int) {
        self.code = code
        self.field = field
        self.byteOffset = byteOffset
    }

    /// Kind, field and place in one line.
    public var cause: String { "not Kafka's protocol: \(code.rawValue) in \(field), byte \(byteOffset)" }
    /// What to look at.
    public var fix: String { "let only Kafka clients and brokers of a known version talk on this connection" }
    /// Whoever talks there is no broker, or no client.
    public var exitCode: ExitStatus { .brokerUnreachable }
    /// ``cause``.
    public var description: String { cause }
}
