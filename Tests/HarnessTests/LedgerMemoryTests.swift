// The ledger of a counting sink on a real disk: a process does not grow with it.
import Foundation
import Posix
import Testing
import World

@testable import Engine
@testable import Evidence
@testable import Ingestion

@Suite("The ledger's memory")
struct LedgerMemoryTests {
    private static let partitions = 64
    /// Of each partition, so that their cells lie a quarter of a megabyte apart.
    private static let offsets: Offset = 1 << 20

    @Test("is the pages that are counted in, not what the system has of the file in its cache")
    func pages() throws {
        let folder = "\(NSTemporaryDirectory())kbench-ledger-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var configuration = EngineConfiguration(
            strategy: .directLogFirst, sink: .counting, directory: folder, group: "g",
            starts: Array(repeating: 0, count: LedgerMemoryTests.partitions),
            ends: Array(repeating: LedgerMemoryTests.offsets, count: LedgerMemoryTests.partitions),
            cuts: .count(block: 10, batch: 10))
        configuration.origin = .anyone
        // So that the system has every page of the file in its cache.
        let first = try CountingSink(configuration: configuration, disk: PosixDisk())
        #expect(try first.count(block(Array(stride(from: 0, to: LedgerMemoryTests.offsets, by: 4 * 4096)))) == 0)
        first.close()

        let sink = try CountingSink(configuration: configuration, disk: PosixDisk())
        defer { sink.close() }
        #expect(try sink.count(block([LedgerMemoryTests.offsets / 2])) == 0)
        let ledger = "\(RunFolder.evidence(of: configuration.outputFolder))/\(LedgerFile.name(slot: 0))"
        // The pages written and the header's; a look at each would have brought fifteen others along.
        let pages = LedgerMemoryTests.partitions + 1
        #expect(try residentKibibytes(of: ledger) <= 4 * 2 * pages)
    }

    /// A block with these offsets of every partition.
    private func block(_ offsets: [Offset]) -> Block {
        let block = Block()
        for partition in 0..<Partition(LedgerMemoryTests.partitions) {
            for offset in offsets { block.append(partition: partition, offset: offset, key: nil, value: nil) }
        }
        return block
    }

    private func residentKibibytes(of path: String) throws -> Int {
        // Not by its path: the file says that it has no length.
        let file = try #require(FileHandle(forReadingAtPath: "/proc/self/smaps"))
        let maps = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        var isIt = false
        var total = 0
        for line in maps.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.first?.contains("-") == true { isIt = line.hasSuffix(path) }
            if isIt, words.first == "Rss:" { total += try #require(Int(words[1])) }
        }
        #expect(total > 0)
        return total
    }
}
