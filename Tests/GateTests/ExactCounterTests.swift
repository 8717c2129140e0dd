// The exact figures of this source are those that were written down, and dearer engines are told from it.
import Engine
import Foundation
import Ingestion
import Rendering
import Results
import Testing
import World

@testable import Gate

@Suite struct ExactCounterTests {
    static let baseline = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("results/counts.json")

    static func written() throws -> ExactFigures { try ExactFigures(json: Data(contentsOf: baseline)) }

    /// A change that means to change a figure writes the baseline anew: `KBENCH_UPDATE_GOLDEN=1 swift test --filter
    /// ExactCounterTests`, or `kbench counts --format json > results/counts.json`; read the difference afterwards.
    @Test func theFiguresAreThoseWrittenDown() throws {
        let figures = try ExactCounter().count()
        if ProcessInfo.processInfo.environment["KBENCH_UPDATE_GOLDEN"] == "1" {
            try Data(figures.json().utf8).write(to: Self.baseline)
        }
        let written = try Self.written()
        let differences = figures.compared(withBase: written).differences
        #expect(
            figures == written,
            """
            \(differences.count) exact figures differ from results/counts.json:
            \(differences.prefix(20).joined(separator: "\n"))
            If that is meant: kbench counts --format json > results/counts.json
            """)
    }

    @Test func theBaselineLooksEverywhere() throws {
        let figures = try Self.written()
        for strategy in Strategy.allCases where strategy != .raw {
            for sink in SinkKind.allCases where strategy.canWrite(to: sink) {
                for fidelity in ["sound", "spark"] {
                    let place = "\(strategy.rawValue)/\(sink.rawValue)/\(fidelity)"
                    #expect(figures.rows.contains { $0.place == place }, "\(place)")
                    #expect(figures.rows.count { $0.place.hasPrefix(place + " ") } >= 5, "\(place) is hardly crashed")
                }
            }
        }
        // A guarantee that nobody ever breaks would not be looked at.
        #expect(figures.rows.contains { $0.figures["duplicates"] ?? 0 > 0 })
        #expect(figures.rows.contains { $0.figures["lost"] ?? 0 > 0 })
    }

    /// A sound engine that promises no loss has none in any row.
    @Test func noSoundEngineLosesInTheBaseline() throws {
        for row in try Self.written().rows where row.place.contains("/sound") {
            let strategy = try #require(Strategy(rawValue: String(row.place.prefix { $0 != "/" })))
            if strategy.promisesNoLoss { #expect(row.figures["lost"] == 0, "\(row.place)") }
        }
    }

    /// One sync more for every batch, which is when sinks are synced.
    @Test func oneMoreSyncForEachBatchIsCaught() throws {
        let dearer = try ExactCounter { DearerDisk($0, .syncsTwice(in: "/sink/")) }.count()
        let comparison = try dearer.compared(withBase: Self.written())
        #expect(comparison.metrics.first { $0.name == "counts/fileSyncs" }?.verdict == .slower)
        #expect(comparison.metrics.first { $0.name == "counts/bytesWritten" }?.verdict == .same)
        #expect(comparison.brokenGuarantees == [])
        let row = try #require(dearer.rows.first { $0.place == "direct-log-first/append/sound" }?.figures)
        let before = try #require(Self.written().rows.first { $0.place == "direct-log-first/append/sound" }?.figures)
        #expect(row["fileSyncs"] == before["fileSyncs"].map { $0 + (before["batches"] ?? 0) })
        #expect(GateDecision(comparison.metrics.map(\.verdict), brokenGuarantees: []).exitCode == .regression)
    }

    /// One byte more for every frame of the block log.
    @Test func oneMoreByteForEachFrameIsCaught() throws {
        let dearer = try ExactCounter { DearerDisk($0, .writesOneByteMore(in: "/wal/blocks/")) }.count()
        let comparison = try dearer.compared(withBase: Self.written())
        #expect(comparison.metrics.first { $0.name == "counts/tenFramesOverheadBytes" }?.verdict == .slower)
        #expect(comparison.metrics.first { $0.name == "counts/logBytes" }?.verdict == .slower)
        #expect(comparison.metrics.first { $0.name == "counts/fileSyncs" }?.verdict == .same)
        let frame = try #require(dearer.rows.first { $0.place == "frame/1000-bytes" }?.figures)
        let before = try #require(Self.written().rows.first { $0.place == "frame/1000-bytes" }?.figures)
        #expect(frame["tenFramesOverheadBytes"] == before["tenFramesOverheadBytes"].map { $0 + 10 })
    }
}

/// A disk as an engine would use it that asks for more than it needs.
private final class DearerDisk: Disk {
    enum Waste {
        case syncsTwice(in: String)
        case writesOneByteMore(in: String)
    }

    private let disk: any Disk
    private let waste: Waste

    init(_ disk: any Disk, _ waste: Waste) {
        self.disk = disk
        self.waste = waste
    }

    func open(_ path: String, _ mode: OpenMode) throws -> any DiskFile {
        let file = try disk.open(path, mode)
        switch waste {
        case .syncsTwice(let folder) where path.contains(folder): return DearerFile(file, syncs: 2, bytes: 0)
        case .writesOneByteMore(let folder) where path.contains(folder): return DearerFile(file, syncs: 1, bytes: 1)
        default: return file
        }
    }

    func list(_ directory: String) throws -> [String] { try disk.list(directory) }
    func makeDirectory(_ path: String) throws { try disk.makeDirectory(path) }
    func rename(_ path: String, to newPath: String) throws { try disk.rename(path, to: newPath) }
    func link(_ path: String, to newPath: String) throws { try disk.link(path, to: newPath) }
    func lock(_ path: String) throws -> (any DiskFile)? { try disk.lock(path) }
    func remove(_ path: String) throws { try disk.remove(path) }
    func syncDirectory(_ path: String) throws { try disk.syncDirectory(path) }
    func exists(_ path: String) -> Bool { disk.exists(path) }
}

private final class DearerFile: DiskFile {
    private let file: any DiskFile
    private let syncs: Int
    private let bytes: Int

    init(_ file: any DiskFile, syncs: Int, bytes: Int) {
        self.file = file
        self.syncs = syncs
        self.bytes = bytes
    }

    func length() throws -> Int64 { try file.length() }
    func write(_ parts: [UnsafeRawBufferPointer], at offset: Int64) throws {
        // The byte lies where the next frame will begin, and is written over by it.
        let more = [UInt8](repeating: 0, count: bytes)
        try more.withUnsafeBytes { try file.write(bytes > 0 ? parts + [$0] : parts, at: offset) }
    }
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        try file.read(into: buffer, at: offset)
    }
    func sync() throws { for _ in 0..<syncs { try file.sync() } }
    func truncate(to length: Int64) throws { try file.truncate(to: length) }
    func close() { file.close() }
}
