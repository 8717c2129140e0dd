// The write-ahead log: a frame into nowhere, appends to a real file at several group sizes, and recovery of a real log.
import Benchmark
import Posix
import World
import WriteAheadLog

/// A block of 100 records of 200 bytes, as large as one of the flagship scenario.
private let payload = [UInt8](repeating: 0xA5, count: 20_500)

private func append(to log: WriteAheadLog) throws {
    _ = try payload.withUnsafeBytes { try log.append($0, kind: 1, effect: .receiverWalAppend) }
}

/// Calls `body` with a folder on the disk that the package is on, and removes it.
private func withFolder(_ body: (PosixDisk, String) throws -> Void) throws {
    let folder = ".build/micro-log"
    try? FileSystem.removeTree(folder)
    defer { try? FileSystem.removeTree(folder) }
    try body(PosixDisk(), folder)
}

func logBenchmarks() {
    Benchmark("frame-encode", configuration: .init(scalingFactor: .kilo)) { benchmark in
        let log = try WriteAheadLog.open(disk: Nowhere(), directory: "/log", scan: .lastSegmentOnly).log
        defer { log.close() }
        try benchmark.count { try append(to: log) }
    }

    for group in [1, 10, 100] {
        Benchmark("log-append-groups-of-\(group)", configuration: .init(maxIterations: 300)) { benchmark in
            try withFolder { disk, folder in
                let log = try WriteAheadLog.open(disk: disk, directory: folder, scan: .lastSegmentOnly).log
                defer { log.close() }
                try benchmark.count {
                    for _ in 0..<group { try append(to: log) }
                    try log.sync(effect: .receiverWalSync)
                }
            }
        }
    }

    Benchmark("recovery-scan-of-10-MB") { benchmark in
        try withFolder { disk, folder in
            let log = try WriteAheadLog.open(disk: disk, directory: folder, scan: .lastSegmentOnly).log
            for _ in 0..<500 { try append(to: log) }
            try log.sync(effect: .receiverWalSync)
            log.close()
            try benchmark.count {
                var bytes = 0
                let scan = WriteAheadLog.Scan.allFrames { _, _, payload in bytes += payload.count }
                try WriteAheadLog.open(disk: disk, directory: folder, scan: scan).log.close()
                precondition(bytes == 500 * payload.count, "the log is not what was written")
            }
        }
    }
}
