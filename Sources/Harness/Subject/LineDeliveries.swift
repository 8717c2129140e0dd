// The deliveries of a pipeline that writes a line for each record.
package import Judgement
internal import Posix
internal import World

/// The lines of a file, each of which says which record it is.
package struct LineDeliveries: DeliverySource, Sendable {
    private static let pieceLength = 1 << 16

    private let path: String
    private let number: @Sendable (String) -> Int?

    /// The lines of the file at `path`; `number` says which of the produced records a line is, nil for a line that is none.
    package init(_ path: String, number: @escaping @Sendable (String) -> Int?) {
        self.path = path
        self.number = number
    }

    /// No line says what brought its record in.
    package var causes: CauseEvidence { .journal }

    /// Calls `body` with each line as a delivery; a last one without its end is damaged. A file that is not there has none.
    ///
    /// - Throws: ``DiskError``, or what `body` throws.
    package func forEachDelivery(_ body: (Delivery) throws -> Void) throws {
        guard PosixDisk().exists(path) else { return }
        var line: [UInt8] = []
        try LineDeliveries.forEachPiece(path, from: 0) { piece in
            var rest = piece[...]
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                line += rest[..<end]
                try body(Delivery(number: number(String(decoding: line, as: UTF8.self))))
                line.removeAll(keepingCapacity: true)
                rest = rest[(end + 1)...]
            }
            line += rest
        }
        if !line.isEmpty { try body(Delivery(number: nil)) }
    }

    /// Counts lines as they come.
    package struct Gauge: ProgressGauge {
        fileprivate let path: String
        private var position: Int64 = 0
        private var lines = 0

        fileprivate init(_ path: String) { self.path = path }

        /// The lines that are there with their ends.
        ///
        /// - Throws: ``DiskError``.
        package mutating func delivered() throws -> Int {
            guard PosixDisk().exists(path) else { return 0 }
            var found = 0
            position = try LineDeliveries.forEachPiece(path, from: position) { piece in
                found += piece.count { $0 == UInt8(ascii: "\n") }
            }
            lines += found
            return lines
        }
    }

    /// Counts the lines from now on.
    package var gauge: Gauge { Gauge(path) }

    /// Reads the file from `start` to its end.
    ///
    /// - Returns: where that is.
    @discardableResult
    private static func forEachPiece(
        _ path: String, from start: Int64, _ body: ([UInt8]) throws -> Void
    ) throws -> Int64 {
        let file = try PosixDisk().open(path, .read)
        defer { file.close() }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceLength, alignment: 1)
        defer { buffer.deallocate() }
        var position = start
        while true {
            let count = try file.read(into: buffer, at: position)
            if count == 0 { return position }
            try body([UInt8](buffer[..<count]))
            position += Int64(count)
        }
    }
}
