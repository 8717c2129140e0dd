// How the parts of a schedule are written: as the text that people read.
public import Simulation
public import World

extension Fault: Codable {
    /// Reads ``description``.
    ///
    /// - Throws: `DecodingError` for what is no fault.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let fault = Fault(parsing: text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no fault")
        }
        self = fault
    }

    /// Writes ``description``.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension ArmedCrash: Codable {
    /// Reads ``description``.
    ///
    /// - Throws: `DecodingError` for what is no crash.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let crash = ArmedCrash(parsing: text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no crash")
        }
        self = crash
    }

    /// Writes ``description``.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension PowerLoss: Codable {
    /// Reads ``description``.
    ///
    /// - Throws: `DecodingError` for what is no outcome of a power loss.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let loss = PowerLoss(parsing: text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no power loss")
        }
        self = loss
    }

    /// Writes ``description``.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
