// A file of one JSON object per line that grows by durable lines, and survives being cut short anywhere.
package import Foundation
package import World

/// What is done, line by line, behind a header that says of what. A last line that was cut short is none.
package struct LineJournal {
    private let file: any DiskFile
    private let disk: any Disk
    private let path: String
    private let bytes: [UInt8]
    private var end: Int64
    /// The lines that were there and are whole, the header's first.
    package let lines: [Data]

    /// Opens the file, and makes it where there is none; what is in it stays until ``begin(with:)``.
    ///
    /// - Throws: ``DiskError``.
    package init(_ path: String, disk: any Disk) throws {
        self.path = path
        self.disk = disk
        file = try disk.open(path, .update)
        bytes = try disk.contents(of: path)
        lines = LineJournal.lines(of: bytes)
        end = Int64((bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1)
    }

    /// Whether it has whole lines, or at most a beginning of this header: anything else is another's file.
    ///
    /// - Throws: `EncodingError`.
    package func canBegin(with header: some Encodable) throws -> Bool {
        try !lines.isEmpty || LineJournal.encoded(header).starts(with: bytes)
    }

    /// Cuts off what is not whole, and writes the header where there is none. File and name are durable then.
    ///
    /// - Throws: ``DiskError``; `EncodingError`.
    package mutating func begin(with header: some Encodable) throws {
        try file.truncate(to: end)
        guard lines.isEmpty else { return }
        try append(header)
        let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        try disk.syncDirectory(parent.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : parent)
    }

    /// Adds a line, which is durable when this returns.
    ///
    /// - Throws: ``DiskError``; `EncodingError`.
    package mutating func append(_ line: some Encodable) throws { try append(bytes: LineJournal.encoded(line)) }

    /// Adds a line that ``encoded(_:)`` has made; it is durable when this returns.
    ///
    /// - Throws: ``DiskError``.
    package mutating func append(bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try file.write([$0], at: end) }
        try file.sync()
        end += Int64(bytes.count)
    }

    package func close() { file.close() }

    /// The lines of a file's bytes that are whole.
    package static func lines(of bytes: [UInt8]) -> [Data] {
        guard let last = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        return bytes[..<last].split(separator: UInt8(ascii: "\n")).map { Data($0) }
    }

    /// A line as it lies in the file.
    ///
    /// - Throws: `EncodingError`.
    package static func encoded(_ line: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(line)) + [UInt8(ascii: "\n")]
    }
}
