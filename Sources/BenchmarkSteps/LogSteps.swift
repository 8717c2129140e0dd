// The write-ahead log: a frame into nowhere, appends to a real file at several group sizes, and recovery of a real log.
internal import Posix
internal import World
internal import WriteAheadLog

/// A block of 100 records of 200 bytes, as large as one of the flagship scenario.
private let payload = [UInt8](repeating: 0xA5, count: 20_500)

private func append(to log: WriteAheadLog) throws {
    _ = try payload.withUnsafeBytes { try log.append($0, kind: 1, effect: .receiverWalAppend) }
}

func logSteps(folder: String) -> [BenchmarkStep] {
    /// Calls `body` with an empty folder on the real disk, and removes it.
    func withFolder(_ body: (PosixDisk) throws -> Void) throws {
        try FileSystem.removeTree(folder)
        // Best effort: the next step removes it first.
        defer { try? FileSystem.removeTree(folder) }
        try body(PosixDisk())
    }
    let groups = [1, 10, 100].map { group in
        BenchmarkStep("log-append-groups-of-\(group)") { measure in
            try withFolder { disk in
                let log = try WriteAheadLog.open(disk: disk, directory: folder, scan: .lastSegmentOnly).log
                defer { log.close() }
                try measure {
                    for _ in 0..<group { try append(to: log) }
                    try log.sync(effect: .receiverWalSync)
                }
            }
        }
    }
    return [
        BenchmarkStep("frame-encode", repetitions: 1000) { measure in
            let log = try WriteAheadLog.open(disk: Nowhere(), directory: "/log", scan: .lastSegmentOnly).log
            defer { log.close() }
            try measure { try append(to: log) }
        }
    ] + groups + [
        BenchmarkStep("recovery-scan-of-10-MB") { measure in
            try withFolder { disk in
                let log = try WriteAheadLog.open(disk: disk, directory: folder, scan: .lastSegmentOnly).log
                for _ in 0..<500 { try append(to: log) }
                try log.sync(effect: .receiverWalSync)
                log.close()
                try measure {
                    var bytes = 0
                    let scan = WriteAheadLog.Scan.allFrames { _, _, payload in bytes += payload.count }
                    try WriteAheadLog.open(disk: disk, directory: folder, scan: scan).log.close()
                    try WrongStep.check(bytes == 500 * payload.count, "the log has \(bytes) bytes of blocks")
                }
            }
        }
    ]
}
