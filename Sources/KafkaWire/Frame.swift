// Frames: how a connection's bytes fall into messages, and what each request begins with.

/// A message's bytes behind four bytes that say how many they are.
package enum Frame {
    /// How many bytes say how long a frame is.
    package static let prefixLength = 4
    /// What a broker takes unless it is told otherwise.
    package static let defaultLimit = 100 << 20

    /// How many bytes follow the first four; nil when those are not there yet.
    package static func length(_ bytes: UnsafeRawBufferPointer, limit: Int) throws(WireError) -> Int? {
        guard bytes.count >= prefixLength else { return nil }
        let length = Int(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        guard length >= 0 else { throw WireError(.length, "frame", at: 0) }
        guard length <= limit else { throw WireError(.frameTooLarge, "frame", at: 0) }
        return length
    }
}

/// Cuts a stream that comes in pieces into frames.
package struct FrameBuffer {
    private let limit: Int
    private var bytes: [UInt8] = []
    private var position = 0

    package init(limit: Int = Frame.defaultLimit) { self.limit = limit }

    /// Takes what came. Frames that were given are forgotten then.
    package mutating func append(_ piece: UnsafeRawBufferPointer) {
        bytes.removeFirst(position)
        position = 0
        bytes.append(contentsOf: piece)
    }

    /// Gives `body` the next whole frame, without its length; nil when there is none yet.
    package mutating func next<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R? {
        try bytes.withUnsafeBytes { bytes in
            let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
            guard let length = try Frame.length(rest, limit: limit), rest.count - Frame.prefixLength >= length else {
                return nil
            }
            position += Frame.prefixLength + length
            return try body(UnsafeRawBufferPointer(rebasing: rest[Frame.prefixLength..<Frame.prefixLength + length]))
        }
    }
}

/// What a request begins with.
package struct RequestHeader: Equatable, Sendable {
    /// The number of the request; ``api`` where it is known.
    package var key: Int16
    package var version: Int16
    /// The answer has the same.
    package var correlationId: Int32
    package var clientId: String?
    /// Where the request itself begins.
    package var length = 0

    package var api: ApiKey? { ApiKey(rawValue: key) }

    package init(key: Int16, version: Int16, correlationId: Int32, clientId: String?) {
        self.key = key
        self.version = version
        self.correlationId = correlationId
        self.clientId = clientId
    }

    /// The one request whose version 0 has no client's name.
    private static let controlledShutdown: Int16 = 7

    /// Reads a header, also of a request or a version that is not known, so that it can be answered.
    package init(_ frame: UnsafeRawBufferPointer) throws(WireError) {
        var reader = WireReader(frame)
        key = try reader.integer()
        version = try reader.integer()
        correlationId = try reader.integer()
        if key != Self.controlledShutdown || version != 0 { clientId = try String?(from: &reader) }
        // The client's name is never compact.
        if let api, api.api.isFlexible(version) { try reader.skipTags() }
        length = reader.position
    }

    func write(to writer: inout WireWriter) throws(WireError) {
        writer.integer(key)
        writer.integer(version)
        writer.integer(correlationId)
        // The client's name is never compact.
        if let clientId {
            guard let count = Int16(exactly: clientId.utf8.count) else { throw WireError(.tooLong, "ClientId", at: 8) }
            writer.integer(count)
            writer.append(clientId.utf8)
        } else {
            writer.integer(-1 as Int16)
        }
        if writer.isFlexible { writer.unsignedVarint(0) }
    }
}
