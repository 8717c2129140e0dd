// The folder that runs would use: whether it can be written, what it lies on, what a sync takes, what is free.
internal import Foundation
internal import Harness
internal import Posix
internal import Results
internal import Statistics
internal import World

/// Looks at a folder's disk.
struct DiskLook {
    private let folder: String

    init(_ folder: String) { self.folder = folder }

    /// What a sync of 4 KiB took, in seconds, by percentile.
    struct Syncs {
        var p50: Double
        var p90: Double
        var p99: Double
        var most: Double
        var count: Int
    }

    func lines() -> [DoctorResult.Line] {
        let place = DiskLook.nearest(to: folder)
        let work = WorkFolder.path(in: place)
        defer { try? FileSystem.removeTree(work) }
        do {
            try PosixDisk().makeDirectory(work)
            let kind = try FileSystem.kind(at: work)
            let free = try FileSystem.bytesFree(at: work)
            let syncs = try DiskLook.syncs(in: work)
            let rate = try DiskCeiling.measure(in: work, blockBytes: DiskLook.blockBytes, seconds: 0.3)
            return [
                DiskLook.folder(folder, kind: kind), DiskLook.free(free), DiskLook.sync(syncs), DiskLook.write(rate),
            ]
        } catch {
            return [
                .init(
                    "folder", .failure, found: "\(folder): \(error)",
                    means: "nothing can be run: logs, checkpoints and outputs of a run lie there",
                    mend: "choose a folder that can be written with --out")
            ]
        }
    }

    /// A block of the log as the benchmark has it: a thousand records of 200 bytes.
    private static let blockBytes = 202_000

    /// The folder itself, or the next one above it that is there.
    private static func nearest(to folder: String) -> String {
        var place = URL(fileURLWithPath: folder, isDirectory: true).standardizedFileURL
        while !FileManager.default.fileExists(atPath: place.path), place.path != "/" { place.deleteLastPathComponent() }
        return place.path
    }

    private static func syncs(in work: String) throws -> Syncs {
        let disk = PosixDisk()
        let file = try disk.open("\(work)/syncs", .replace)
        defer { file.close() }
        let clock = MonotonicClock()
        let page = [UInt8](repeating: 0x61, count: 4096)
        var seconds: [Double] = []
        let end = clock.now() + 800_000_000
        while seconds.count < 400, seconds.count < 20 || clock.now() < end {
            let begin = clock.now()
            try page.withUnsafeBytes { try file.write([$0], at: Int64(seconds.count) * 4096) }
            try file.sync()
            seconds.append(Double(clock.now() - begin) / 1e9)
        }
        func percentile(_ share: Double) -> Double { Sample.quantile(share, of: seconds) }
        return Syncs(
            p50: percentile(0.5), p90: percentile(0.9), p99: percentile(0.99), most: seconds.max() ?? 0,
            count: seconds.count)
    }

    /// File systems whose files end with the machine.
    private static let inMemory: Set = ["tmpfs", "ramfs"]
    /// File systems whose syncs go over a network, or into a layer above another one.
    private static let elsewhere: Set = ["nfs", "nfs4", "smb2", "cifs", "fuse", "9p", "overlay", "overlayfs"]

    static func folder(_ folder: String, kind: String) -> DoctorResult.Line {
        let found = "\(folder) can be written; it lies on \(kind)"
        if inMemory.contains(kind) {
            return .init(
                "folder", .warning, found: found,
                means: "its files lie in memory: crashes show the same, but rates and recovery are those of no disk",
                mend: "choose a folder on a disk with --out")
        }
        if elsewhere.contains(kind) {
            return .init(
                "folder", .warning, found: found,
                means: "syncs go through another layer: figures of logs are that layer's",
                mend: "choose a folder on a local disk with --out, where figures are wanted")
        }
        return .init("folder", found: found, means: "logs, checkpoints and outputs of a run lie there")
    }

    static func free(_ bytes: Int64) -> DoctorResult.Line {
        let standing: DoctorResult.Standing = bytes < 200_000_000 ? .failure : bytes < 2_000_000_000 ? .warning : .ok
        return .init(
            "free space", standing, found: DoctorWords.bytes(Double(bytes)),
            means: "a scenario takes some MB, bench and capacity up to 2 GB",
            mend: "free space, or choose a folder on another file system with --out",
            figures: ["freeBytes": Double(bytes)])
    }

    static func sync(_ syncs: Syncs) -> DoctorResult.Line {
        let found =
            "p50 \(DoctorWords.time(syncs.p50)), p90 \(DoctorWords.time(syncs.p90)), p99 "
            + "\(DoctorWords.time(syncs.p99)), at most \(DoctorWords.time(syncs.most)) of \(syncs.count) syncs of 4 KiB"
        let figures = [
            "p50Seconds": syncs.p50, "p90Seconds": syncs.p90, "p99Seconds": syncs.p99, "mostSeconds": syncs.most,
        ]
        if syncs.p50 < 20e-6 {
            return .init(
                "sync", .warning, found: found,
                means:
                    "so quick a sync reaches no device: SIGKILL loses nothing here, and neither shows nor hides what "
                    + "a power loss would", mend: "use a disk whose syncs wait for it, where figures are wanted",
                figures: figures)
        }
        let rate = DoctorWords.number(1 / max(syncs.p50, 1e-9), places: 0)
        let means =
            "a log has to wait for one for each group of blocks, a batch for one of its sink: "
            + "\(rate) a second at most"
        return .init(
            "sync", syncs.p99 > 0.05 ? .warning : .ok, found: found, means: means,
            mend: "take a quicker or quieter disk with --out: rates of strategies with a log are this disk's",
            figures: figures)
    }

    static func write(_ bytesPerSecond: Double) -> DoctorResult.Line {
        .init(
            "synced writes", bytesPerSecond < 5e6 ? .warning : .ok,
            found:
                "\(DoctorWords.bytes(bytesPerSecond)) a second in blocks of \(DoctorWords.bytes(Double(blockBytes)))",
            means: "the ceiling of receiver-wal, whose records all go through its log",
            mend: "take a quicker disk with --out, or read its figures as this disk's",
            figures: ["bytesPerSecond": bytesPerSecond])
    }
}
