// The trace of a worker: every crash point it passes, in order, in a file that the harness reads.
internal import Posix
package import World

/// Writes the names of crash points, a line each.
package final class EffectTrace {
    private static let pieceLength = 1 << 16

    private let file: any DiskFile
    private var end: Int64 = 0
    private var buffer: [UInt8] = []

    package init(path: String) throws { file = try PosixDisk().open(path, .replace) }

    /// A switch that never fires and notes everything. The engine's stages are stepped by one thread, so one at a time
    /// comes here.
    package var crashSwitch: CrashSwitch {
        CrashSwitch(observing: { point, _ in
            self.buffer.append(contentsOf: "\(point)\n".utf8)
            if self.buffer.count >= EffectTrace.pieceLength { try self.flush() }
        })
    }

    package func close() throws {
        try flush()
        file.close()
    }

    /// The points in the file at `path`, in order.
    package static func read(_ path: String) throws -> [CrashPoint] {
        String(decoding: try PosixDisk().contents(of: path), as: UTF8.self).split(separator: "\n")
            .compactMap { CrashPoint(named: String($0)) }
    }

    private func flush() throws {
        try buffer.withUnsafeBytes { try file.write([$0], at: end) }
        end += Int64(buffer.count)
        buffer.removeAll(keepingCapacity: true)
    }
}
