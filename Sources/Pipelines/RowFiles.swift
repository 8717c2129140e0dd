// The output of a pipeline: the lines of all files whose paths fit a pattern, also of those that appear later.
package import Judgement
internal import Harness
internal import Posix
internal import World

/// Files of rows.
package struct RowFiles: DeliverySource, OutputRows {
    /// A path in which `*` and `?` stand for what may differ, but for slashes.
    package let path: String
    private let reading: RowReading

    package init(_ path: String, _ reading: RowReading) { (self.path, self.reading) = (path, reading) }

    /// No row says what brought its record in.
    package var causes: CauseEvidence { .journal }

    /// Stands for a line that is no row.
    private static let noRow = -1

    /// The files that are there now, in order.
    package var files: [String] { RowFiles.matches(of: path) }

    /// Calls `body` with each row.
    ///
    /// - Throws: ``DiskError``, or what `body` throws.
    package func forEachDelivery(_ body: (Delivery) throws -> Void) throws {
        let reading = reading
        for file in files {
            let lines = LineDeliveries(file) { line in
                reading.isRow(line) ? reading.identity.number(of: line) : Self.noRow
            }
            try lines.forEachDelivery { delivery in
                if delivery.number != Self.noRow { try body(delivery) }
            }
        }
    }

    /// Something that changes whenever the output does: how many bytes and files there are.
    package var size: UInt64 {
        files.reduce(0) { sum, file in
            let bytes = (try? FileSystem.bytesUsed(under: file)) ?? 0
            return sum &+ UInt64(clamping: bytes) &* 31 &+ 1
        }
    }

    func activity(isAnew: Bool) -> UInt64 { size }

    func isHidden() -> Bool { false }

    func tally(of count: Int) async throws -> Tally {
        try await BlockingThread.run { [self] in
            var tally = Tally(count: count)
            do {
                try self.count(into: &tally)
            } catch let error as DiskError {
                throw OutputError(message: "\(error)")
            }
            return tally
        }
    }

    /// Removes the files.
    ///
    /// - Throws: ``DiskError``.
    package func remove() throws {
        for file in files { try FileSystem.removeTree(file) }
    }

    /// The paths that fit a pattern, in order.
    static func matches(of pattern: String) -> [String] {
        let disk = PosixDisk()
        guard pattern.contains(where: { "*?".contains($0) }) else { return disk.exists(pattern) ? [pattern] : [] }
        var found = [pattern.hasPrefix("/") ? "/" : ""]
        for part in pattern.split(separator: "/") {
            found = found.flatMap { folder -> [String] in
                guard part.contains(where: { "*?".contains($0) }) else { return ["\(folder)\(part)/"] }
                let glob = Glob(part)
                let names = (try? disk.list(folder.isEmpty ? "." : folder)) ?? []
                // As in a shell: what is hidden is meant only where the pattern says so.
                let shown = names.filter { part.hasPrefix(".") || !$0.hasPrefix(".") }
                return shown.filter(glob.matches).map { "\(folder)\($0)/" }
            }
        }
        return found.map { String($0.dropLast()) }.filter(disk.exists).sorted()
    }
}
