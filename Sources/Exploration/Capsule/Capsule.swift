// A capsule: a broken promise in one small file, which repeats it anywhere.
internal import Engine
internal import Foundation
internal import WriteAheadLog

/// A schedule, what it came to, and which promise that breaks.
public struct Capsule: Codable, Equatable, Sendable {
    /// The file format's version.
    public static let format = 1

    /// The version of the file format.
    public var format = Capsule.format
    /// The version of kbench that wrote it.
    public var version: String
    /// What is run.
    public var schedule: Schedule
    /// What it came to.
    public var outcome: Outcome
    /// The promise that this breaks; nil for none.
    public var breach: Breach?

    /// Runs the schedule and puts it into a capsule.
    public init(of schedule: Schedule, version: String) {
        self.version = version
        self.schedule = schedule
        outcome = schedule.run()
        breach = Promise(of: schedule).breach(by: outcome, of: schedule.lives)
    }

    /// The capsule's file: zstd over JSON.
    ///
    /// - Throws: `EncodingError`.
    public func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Zstandard.compress([UInt8](try encoder.encode(self)))
    }

    /// Reads a capsule's file.
    ///
    /// - Throws: ``ExplorationError``, `noCapsule`.
    public init(decoding bytes: [UInt8], from path: String) throws {
        guard let text = Zstandard.decompress(bytes, limit: 1 << 20) else {
            throw ExplorationError(.noCapsule, "the file is no capsule", location: path)
        }
        do {
            self = try JSONDecoder().decode(Capsule.self, from: Data(text))
        } catch {
            let place = (error as? DecodingError).map { ": \($0.place)" } ?? ""
            throw ExplorationError(.noCapsule, "the capsule cannot be read\(place)", location: path)
        }
        guard format == Capsule.format else {
            throw ExplorationError(
                .noCapsule, "the capsule is of format \(format), this kbench reads format \(Capsule.format)",
                location: path)
        }
    }

    /// A name for the file, the same for the same capsule.
    public var fileName: String {
        let name = [
            schedule.strategy.rawValue, schedule.sink.rawValue, breach?.rawValue ?? "kept", schedule.bug?.rawValue,
            outcome.traceHash,
        ]
        return name.compactMap { $0 }.joined(separator: "-") + ".capsule"
    }
}

extension DecodingError {
    /// The place in the file, and what is wrong there, without the names that only its program has.
    fileprivate var place: String {
        let (context, key, what): (Context, (any CodingKey)?, String) =
            switch self {
            case .typeMismatch(_, let context): (context, nil, "another kind of value is needed")
            case .valueNotFound(_, let context): (context, nil, "the value is missing")
            case .keyNotFound(let key, let context): (context, key, "the value is missing")
            case .dataCorrupted(let context): (context, nil, "the value is none that can be there")
            @unknown default: (Context(codingPath: [], debugDescription: ""), nil, "unknown")
            }
        let path = (context.codingPath + (key.map { [$0] } ?? [])).map {
            $0.intValue.map(String.init) ?? $0.stringValue
        }
        return path.isEmpty ? "it is not JSON" : "\(path.joined(separator: ".")): \(what)"
    }
}
