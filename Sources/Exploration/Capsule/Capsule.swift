// A capsule: a broken promise in one small file, which repeats it anywhere.
internal import Compression
internal import Engine
internal import Foundation
internal import Ingestion
internal import World

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
            let reason = (error as? DecodingError)?.words ?? "it is no JSON of that form"
            throw ExplorationError(.noCapsule, "the capsule cannot be read: \(reason)", location: path)
        }
        guard format == Capsule.format else {
            throw ExplorationError(
                .noCapsule, "the capsule is of format \(format), this kbench reads format \(Capsule.format)",
                location: path)
        }
        do {
            try schedule.checkNumbers()
        } catch {
            throw ExplorationError(.noCapsule, "the capsule cannot be run: \(error.cause)", location: path)
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
