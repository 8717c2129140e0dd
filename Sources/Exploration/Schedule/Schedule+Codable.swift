// How the parts of a schedule are written: as the text that people read.
public import Simulation
public import World

/// What is written, in JSON too, as the text that people read and write.
public protocol TextCodable: Codable, CustomStringConvertible {
    /// What it is called where a text is none.
    static var noun: String { get }
    /// Reads `description`; nil for another text.
    init?(parsing text: String)
}

extension TextCodable {
    /// Reads `description`.
    ///
    /// - Throws: `DecodingError` for another text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Self(parsing: text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no \(Self.noun)")
        }
        self = value
    }

    /// Writes `description`.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Fault: TextCodable {
    /// A fault.
    public static var noun: String { "fault" }
}

extension ArmedCrash: TextCodable {
    /// A crash.
    public static var noun: String { "crash" }
}

extension PowerLoss: TextCodable {
    /// An outcome of a power loss.
    public static var noun: String { "power loss" }
}
