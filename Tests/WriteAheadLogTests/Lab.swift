// What the tests of the log share: payloads, logs of them, and what a recovery finds.
import Compression
import Testing
import World

@testable import WriteAheadLog

/// One frame's content.
struct Frame: Equatable, CustomStringConvertible {
    var kind: UInt8
    var payload: [UInt8]

    init(_ kind: UInt8, _ payload: [UInt8]) {
        self.kind = kind
        self.payload = payload
    }

    var description: String { "kind \(kind), \(payload.count) bytes" }
}

let folder = "log"
let firstSegment = "log/segment-0000000000000000.wal"

/// What opening a log has found.
struct Found {
    var frames: [Frame] = []
    var positions: [Position] = []
    var report = RecoveryReport()
    var error: LogError?
    var log: WriteAheadLog?

    /// The frames of a log that was not refused; nil for one that was.
    var soundFrames: [Frame]? { error == nil ? frames : nil }

    /// What was found, in words for a failing test.
    var outcome: String { "\(frames.count) frames, \(error?.description ?? "no error")" }
}

/// Opens the log on `disk`; a refusal is part of what is found.
func recover(_ disk: any Disk, _ directory: String = folder, _ options: WriteAheadLog.Options = .init()) -> Found {
    var found = Found()
    do {
        (found.log, found.report) = try WriteAheadLog.open(
            disk: disk, directory: directory, options: options,
            scan: .allFrames { kind, position, payload in
                found.frames.append(Frame(kind, Array(payload)))
                found.positions.append(position)
            })
    } catch let error as LogError {
        found.error = error
    } catch {
        Issue.record("an error of another kind: \(error)")
    }
    return found
}

extension WriteAheadLog {
    @discardableResult
    func append(_ frame: Frame, effect: Effect = .receiverWalAppend) throws -> Position {
        try frame.payload.withUnsafeBytes { try append($0, kind: frame.kind, effect: effect) }
    }

    func sync() throws { try sync(effect: .receiverWalSync) }

    func payload(at position: Position) throws -> [UInt8] { try read(position) { Array($0) } }
}

func open(_ disk: any Disk, _ options: WriteAheadLog.Options = .init()) throws -> WriteAheadLog {
    try WriteAheadLog.open(disk: disk, directory: folder, options: options, scan: .lastSegmentOnly).log
}

func randomBytes(_ count: Int, _ random: inout SeededRandom) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
}

/// The bytes of a block that keeps batches as they came.
func batchBlock(_ codec: Codec = .none, from offset: Offset = 3) -> [UInt8] {
    do {
        return try UnopenedLogTests.block(codec, from: offset).bytes
    } catch {
        fatalError("\(error)")
    }
}

/// Frames that are awkward in different ways: empty, short, all zeros over a whole sector, compressible; and batches.
func awkwardFrames(_ random: inout SeededRandom) -> [Frame] {
    [
        Frame(0, []), Frame(1, [0]), Frame(255, randomBytes(70, &random)),
        Frame(7, [UInt8](repeating: 0, count: 1_100)), Frame(2, Array("abc".utf8)),
        Frame(3, [UInt8](repeating: 0x61, count: 300)), Frame(2, batchBlock()), Frame(4, []),
    ]
}

/// A log of `frames` on a new disk, all of them synced, and where they lie.
func writtenLog(
    _ frames: [Frame], _ options: WriteAheadLog.Options = .init()
) throws -> (disk: MemoryDisk, positions: [Position]) {
    let disk = MemoryDisk()
    let log = try open(disk, options)
    let positions = try frames.map { try log.append($0) }
    try log.sync()
    log.close()
    return (disk, positions)
}
