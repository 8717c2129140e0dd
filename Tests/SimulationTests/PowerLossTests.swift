// What a power loss leaves on a simulated disk, sentence by sentence of its fault model.
import Testing
import World

@testable import Simulation

@Suite struct PowerLossTests {
    private func write(_ bytes: [UInt8], to file: any DiskFile, at offset: Int64 = 0) throws {
        try bytes.withUnsafeBytes { try file.write([$0], at: offset) }
    }

    /// A disk with a durable file `/d/a` of 1,024 bytes 1, over which 1,024 bytes 2 were written and not synced.
    private func halfWritten() throws -> SimulatedDisk {
        let disk = SimulatedDisk()
        try disk.makeDurableDirectory("/d")
        let file = try disk.open("/d/a", .create)
        try write([UInt8](repeating: 1, count: 1_024), to: file)
        try file.sync()
        try disk.syncDirectory("/d")
        try write([UInt8](repeating: 2, count: 1_024), to: file)
        return disk
    }

    @Test(arguments: [
        (PowerLoss.allKept, [UInt8](repeating: 2, count: 1_024)), (.allLost, .init(repeating: 1, count: 1_024)),
    ])
    func unsyncedBytesAreKeptOrLost(loss: PowerLoss, bytes: [UInt8]) throws {
        let disk = try halfWritten()
        disk.losePower(loss)
        #expect(disk.bytes(of: "/d/a") == bytes)
    }

    @Test func aCutKeepsTheFirstBytesThatWereWritten() throws {
        let written = try halfWritten().image
        for bytes in 0...1_024 {
            let disk = SimulatedDisk(image: written)
            disk.losePower(.cut(bytes: bytes))
            #expect(
                disk.bytes(of: "/d/a")
                    == [UInt8](repeating: 2, count: bytes) + [UInt8](repeating: 1, count: 1_024 - bytes))
        }
    }

    @Test func eachSectorIsKeptLostOrTornByItself() throws {
        var outcomes: Set<String> = []
        for seed in 0..<200 {
            let disk = try halfWritten()
            disk.losePower(.seeded(UInt64(seed)))
            let bytes = try #require(disk.bytes(of: "/d/a"))
            #expect(bytes.count == 1_024)
            var outcome = ""
            for sector in [bytes[..<512], bytes[512...]] {
                let kept = sector.prefix { $0 == 2 }.count
                #expect(sector.dropFirst(kept).allSatisfy { $0 == 1 }, "seed \(seed): a sector is torn once")
                outcome += kept == 0 ? "lost " : kept == 512 ? "kept " : "torn "
            }
            outcomes.insert(outcome)
        }
        #expect(outcomes.count == 9, "every combination of two sectors comes up: \(outcomes)")
    }

    @Test func aSectorThatGrewIsZeroWhereItWasLostAndALaterOneKept() throws {
        let disk = SimulatedDisk()
        disk.makeDirectory("/")
        let file = try disk.open("/a", .create)
        try disk.syncDirectory("/")
        try write([UInt8](repeating: 7, count: 1_536), to: file)
        var lengths: Set<Int> = []
        for seed in 0..<200 {
            let copy = SimulatedDisk(image: disk.image)
            copy.losePower(.seeded(UInt64(seed)))
            // The name may be lost too: the folder's changes before its sync are durable, and there were none since.
            let bytes = try #require(copy.bytes(of: "/a"))
            #expect(bytes.allSatisfy { $0 == 7 || $0 == 0 })
            #expect(bytes.isEmpty || bytes.last == 7, "seed \(seed): the file ends with the last byte kept")
            lengths.insert((bytes.count + 511) / 512)
        }
        #expect(lengths == [0, 1, 2, 3])
    }

    @Test func nothingSyncedIsLost() throws {
        for seed in 0..<100 {
            let disk = SimulatedDisk()
            try disk.makeDurableDirectory("/d")
            let file = try disk.open("/d/a", .create)
            try write([1, 2, 3], to: file)
            try file.sync()
            try disk.syncDirectory("/d")
            disk.losePower(.seeded(UInt64(seed)))
            #expect(disk.bytes(of: "/d/a") == [1, 2, 3])
        }
    }

    @Test func aNameIsLostUnlessItsFolderWasSynced() throws {
        let disk = SimulatedDisk()
        try disk.makeDurableDirectory("/d")
        let file = try disk.open("/d/new", .create)
        try write([9], to: file)
        try file.sync()
        let before = disk.image
        disk.losePower(.allLost)
        #expect(!disk.exists("/d/new"))
        disk.image = before
        try disk.syncDirectory("/d")
        disk.losePower(.allLost)
        #expect(disk.bytes(of: "/d/new") == [9])
    }

    @Test func aRenameIsLostAsAWholeUnlessItsFolderWasSynced() throws {
        let disk = SimulatedDisk()
        try disk.makeDurableDirectory("/d")
        for (name, byte) in [("old", UInt8(1)), ("draft", 2)] {
            let file = try disk.open("/d/\(name)", .create)
            try write([byte], to: file)
            try file.sync()
        }
        try disk.syncDirectory("/d")
        try disk.rename("/d/draft", to: "/d/old")
        let before = disk.image
        disk.losePower(.allLost)
        #expect(disk.bytes(of: "/d/old") == [1] && disk.bytes(of: "/d/draft") == [2])
        disk.image = before
        disk.losePower(.allKept)
        #expect(disk.bytes(of: "/d/old") == [2] && !disk.exists("/d/draft"))
    }

    @Test func ofAFoldersChangesABeginningSurvives() throws {
        var found: Set<[String]> = []
        for seed in 0..<100 {
            let disk = SimulatedDisk()
            try disk.makeDurableDirectory("/d")
            for name in ["a", "b", "c"] { _ = try disk.open("/d/\(name)", .create) }
            disk.losePower(.seeded(UInt64(seed)))
            found.insert(try disk.list("/d"))
        }
        #expect(found == [[], ["a"], ["a", "b"], ["a", "b", "c"]])
    }

    @Test func aNameThatWasKeptCanReferToAFileWhoseBytesWereLost() throws {
        let disk = SimulatedDisk()
        try disk.makeDurableDirectory("/d")
        let file = try disk.open("/d/a", .create)
        try write([1, 2, 3], to: file)
        try disk.syncDirectory("/d")
        disk.losePower(.allLost)
        #expect(disk.bytes(of: "/d/a") == [])
    }

    @Test func whatAFailedSyncLeftInDoubtNoLaterSyncMakesDurable() throws {
        let disk = try halfWritten()
        let file = try disk.open("/d/a", .update)
        disk.failingSyncs = true
        #expect(throws: DiskError.self) { try file.sync() }
        disk.failingSyncs = false
        try write([3], to: file, at: 1_024)
        try file.sync()
        disk.losePower(.allLost)
        #expect(disk.bytes(of: "/d/a") == [UInt8](repeating: 1, count: 1_024) + [3])
    }

    @Test func aProcessKillLeavesEverythingThatWasWritten() throws {
        let disk = try halfWritten()
        #expect(disk.unsyncedPaths == ["/d/a"])
        let survivor = SimulatedDisk(image: disk.image)
        #expect(survivor.bytes(of: "/d/a") == [UInt8](repeating: 2, count: 1_024))
    }

    @Test(arguments: [
        PowerLoss.allKept, .allLost, .namesLost, .cut(bytes: 0), .cut(bytes: 123), .seeded(0), .seeded(.max),
    ])
    func anOutcomeIsReadAsItIsWritten(loss: PowerLoss) {
        #expect(PowerLoss(parsing: loss.description) == loss)
    }

    @Test(arguments: ["", "kept", "cut-", "cut--1", "seeded-x", "seeded-"])
    func whatIsNoOutcomeIsNotRead(text: String) { #expect(PowerLoss(parsing: text) == nil) }
}
