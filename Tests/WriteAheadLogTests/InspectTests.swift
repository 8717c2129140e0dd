// A look at a log that somebody else may be writing: every complete frame, and nothing changed.
import Testing
import World

@testable import WriteAheadLog

@Suite("Inspect")
struct InspectTests {
    @Test("complete frames are delivered in order, a torn tail is left as it is, and no log is no frames")
    func inspect() throws {
        let disk = MemoryDisk()
        var seen: [String] = []
        let collect = { (kind: UInt8, position: Position, payload: UnsafeRawBufferPointer) in
            seen.append("\(kind) \(position.sequence) \(String(decoding: payload, as: UTF8.self))")
        }
        try WriteAheadLog.inspect(disk: disk, directory: "/log", collect)
        #expect(seen.isEmpty && disk.nodes.isEmpty)

        let (log, _) = try WriteAheadLog.open(
            disk: disk, directory: "/log", options: .init(segmentBytes: 120), scan: .lastSegmentOnly)
        for word in ["one", "two", "three", "four", "five"] {
            _ = try Array(word.utf8).withUnsafeBytes { try log.append($0, kind: 7, effect: .receiverWalAppend) }
        }
        try log.sync(effect: .receiverWalSync)
        log.close()
        #expect(disk.nodes.count > 1)
        let last = try #require(disk.nodes.keys.sorted().last)
        try disk.node(last).bytes.removeLast(3)
        let bytes = try disk.node(last).bytes
        try WriteAheadLog.inspect(disk: disk, directory: "/log", collect)
        #expect(seen == ["7 0 one", "7 1 two", "7 2 three", "7 3 four"])
        #expect(try disk.node(last).bytes == bytes)
    }
}
