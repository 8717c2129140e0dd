// The outcomes of a power loss: which of the unsynced bytes and names the device kept.
internal import World

/// What a power loss leaves of everything that was not synced.
public enum PowerLoss: Hashable, Sendable, CustomStringConvertible {
    /// All of it: the device had just caught up.
    case allKept
    /// None of it.
    case allLost
    /// All names, and of each file's unsynced bytes the first `bytes`, in the order they were written.
    case cut(bytes: Int)
    /// The names of files are lost and their bytes kept.
    case namesLost
    /// Each sector kept, lost or torn, and a beginning of each folder's changes, as the seed says.
    case seeded(UInt64)

    /// As it is written in reports and capsules.
    public var description: String {
        switch self {
        case .allKept: "all-kept"
        case .allLost: "all-lost"
        case .cut(let bytes): "cut-\(bytes)"
        case .namesLost: "names-lost"
        case .seeded(let seed): "seeded-\(seed)"
        }
    }

    /// Reads what ``description`` writes; nil when it is none.
    public init?(parsing text: String) {
        switch text {
        case "all-kept": self = .allKept
        case "all-lost": self = .allLost
        case "names-lost": self = .namesLost
        default:
            if text.hasPrefix("cut-"), let bytes = Int(text.dropFirst(4)), bytes >= 0 {
                self = .cut(bytes: bytes)
            } else if text.hasPrefix("seeded-"), let seed = UInt64(text.dropFirst(7)) {
                self = .seeded(seed)
            } else {
                return nil
            }
        }
    }

    /// The disk as the next life finds it.
    func apply(to image: DiskImage) -> DiskImage {
        switch self {
        case .allKept:
            return image.afterPowerLoss(keptNames: { $1 }, left: { FileImage(durable: $1.written) })
        case .allLost:
            return image.afterPowerLoss(keptNames: { _, _ in 0 }, left: { FileImage(durable: $1.durable) })
        case .cut(let bytes):
            return image.afterPowerLoss(keptNames: { $1 }, left: { $1.afterPowerLoss(keeping: bytes) })
        case .namesLost:
            return image.afterPowerLoss(keptNames: { _, _ in 0 }, left: { FileImage(durable: $1.written) })
        case .seeded(let seed):
            // Each folder and file has a stream of its own, so that one more file changes nothing for the others.
            func random(_ path: String) -> SeededRandom {
                var hash = StableHash()
                hash.add(path)
                return SeededRandom(seed: seed ^ hash.value)
            }
            return image.afterPowerLoss(
                keptNames: { folder, count in
                    var random = random(folder)
                    return Int.random(in: 0...count, using: &random)
                },
                left: { path, file in
                    var random = random(path)
                    return file.afterPowerLoss { length in
                        switch Int.random(in: 0..<3, using: &random) {
                        case 0: 0
                        case 1: length
                        default: Int.random(in: 0...length, using: &random)
                        }
                    }
                })
        }
    }
}
