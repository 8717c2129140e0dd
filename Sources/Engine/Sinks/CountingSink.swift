// The counting sink: verifies every record and counts it at two bits, in memory that outlives the process.
internal import Checksum
internal import Evidence
internal import Synchronization
internal import World

/// Counts how often each record came: never, once, twice, or more often, with a counter for every time beyond the third.
///
/// A delivery is one store to memory, to the record's two bits or, beyond the third, to the counter. Whenever the process
/// is killed, the file therefore holds exactly the deliveries up to then, and their total is the sum of all cells and the
/// counter. The format is ``LedgerFile``'s.
final class CountingSink: Sink {
    private let disk: any Disk
    private let path: String
    private let numbering: RecordNumbering
    private var memory: any FileMemory
    private var base: UnsafeMutableRawPointer
    private var cells: UnsafeMutablePointer<UInt8>
    /// The numbers there is room for.
    private var capacity: Int
    /// The records counted since the ledger's pages were last given back.
    private var countedSinceRelease = 0
    /// After how many records they are: a megabyte of cells, where the offsets of a partition follow each other.
    private static let recordsPerRelease = 4 << 20
    /// The page of cells that was counted in last; -1 where it may have been given back.
    @exclusivity(unchecked) private var page = -1
    /// The numbers whose cells share a page of 4 KiB.
    private static let numbersPerPage = 4 * 4096
    /// The numbers counted since the last ``publish()``.
    private var touched = TouchedNumbers()

    /// Opens the ledger of a slot, or makes it.
    ///
    /// - Throws: ``EngineError`` when it numbers other offsets than this run's, or ``DiskError``.
    init(configuration: EngineConfiguration, disk: any Disk, slot: Int = 0) throws {
        self.disk = disk
        let directory = RunFolder.evidence(of: configuration.outputFolder)
        try disk.makeDirectory(directory)
        path = "\(directory)/\(LedgerFile.name(slot: slot))"
        numbering = RecordNumbering(configuration)
        let wanted = configuration.isOpenEnded ? 1 << 20 : numbering.places.count
        memory = try disk.map(path, length: LedgerFile.length(of: wanted))
        guard let base = memory.bytes.baseAddress else {
            // Cannot be: a ledger has at least a header.
            preconditionFailure("a ledger without a byte")
        }
        self.base = base
        cells = base.advanced(by: LedgerFile.headerLength).assumingMemoryBound(to: UInt8.self)
        capacity = LedgerFile.capacity(of: memory.bytes.count)
        try openHeader(layout: numbering.layout)
    }

    private func openHeader(layout: UInt32) throws {
        let known = LedgerFile.Header(memory.bytes)
        guard let known else {
            LedgerFile.Header(layout: layout).write(to: memory.bytes)
            try memory.publish(0..<LedgerFile.headerLength)
            return
        }
        guard known.layout == layout else {
            throw EngineError(
                .otherLedger, "the ledger counts the records of other offsets than this run's", location: path)
        }
    }

    /// Verifies and counts the records of a block.
    ///
    /// - Returns: how many are none of the run's; they are counted apart.
    /// - Throws: ``DiskError`` when the ledger has to grow and cannot.
    func count(_ block: Block) throws -> Int {
        var corrupted = 0
        var run = RecordNumbering.Run()
        try block.forEachRecord { partition, offset, _, value in
            try count(numbering.number(of: partition, offset, value, &run), &corrupted)
        }
        try settle(corrupted: corrupted)
        releasePagesIfDue(block.recordCount)
        return corrupted
    }

    /// Counts records that are verified already; as for a block.
    func count(_ piece: VerifiedPiece) throws -> Int {
        var corrupted = 0
        for number in piece.contents { try count(number, &corrupted) }
        try settle(corrupted: corrupted)
        releasePagesIfDue(piece.contents.count)
        return corrupted
    }

    let takesRows = false

    /// Nothing of a record is wanted but that it came.
    func makePiece(capacity: Int) -> (any RangePiece)? { VerifiedPiece(capacity: capacity, numbering: numbering) }

    func begin(_ task: OutputTask) -> Bool { true }

    func write(_ piece: any RangePiece, as rows: SinkRows) throws -> Int {
        if let verified = piece as? VerifiedPiece { return try count(verified) }
        return if let block = piece as? Block { try count(block) } else { 0 }
    }

    func finish(_ task: OutputTask) {}

    /// What is counted outlives the process without.
    func sync() {}

    private func releasePagesIfDue(_ count: Int) {
        countedSinceRelease += count
        guard countedSinceRelease >= CountingSink.recordsPerRelease else { return }
        countedSinceRelease = 0
        page = -1
        memory.releasePages()
    }

    @inline(__always)
    private func count(_ number: Int, _ corrupted: inout Int) throws {
        guard number != RecordNumbering.none else {
            corrupted += 1
            return
        }
        if number >= capacity { try grow(toHold: number) }
        let cell = cells + number >> 2
        if number / CountingSink.numbersPerPage != page { enterPage(of: number) }
        let shift = UInt8(truncatingIfNeeded: number & 3) &* 2
        if (cell.pointee >> shift) & 3 < 3 {
            cell.pointee &+= 1 << shift
        } else {
            LedgerFile.Header.addOverflow(1, to: base)
        }
        touched.note(number)
    }

    /// Brings a page back for writing. Looking at it first would bring back all of its neighbours that the system has in its
    /// cache, and a process that counts in hundreds of partitions would hold the whole ledger after all.
    private func enterPage(of number: Int) {
        page = number / CountingSink.numbersPerPage
        // Writes what is there, whatever it is; a compiler leaves it in, as it would not with a plain store.
        (cells + number >> 2).withMemoryRebound(to: Atomic<UInt8>.self, capacity: 1) {
            _ = $0.pointee.compareExchange(expected: 0, desired: 0, ordering: .relaxed)
        }
    }

    /// Counts what is none of the run's, and publishes what was counted.
    private func settle(corrupted: Int) throws {
        if corrupted > 0 { LedgerFile.Header.addCorrupted(UInt64(corrupted), to: base) }
        try memory.publish(0..<LedgerFile.headerLength)
        if let range = touched.take() {
            let first = LedgerFile.headerLength + range.lowerBound / 4
            try memory.publish(first..<LedgerFile.headerLength + range.upperBound / 4 + 1)
        }
    }

    private func grow(toHold number: Int) throws {
        let wanted = max(number + 1, min(numbering.limit, capacity * 2))
        try settle(corrupted: 0)
        memory.close()
        memory = try disk.map(path, length: LedgerFile.length(of: wanted))
        guard let base = memory.bytes.baseAddress else {
            // Cannot be: it has grown.
            preconditionFailure("a ledger without a byte")
        }
        self.base = base
        cells = base.advanced(by: LedgerFile.headerLength).assumingMemoryBound(to: UInt8.self)
        capacity = LedgerFile.capacity(of: memory.bytes.count)
        page = -1
    }

    func close() { memory.close() }
}

/// The lowest and the highest of some numbers.
private struct TouchedNumbers {
    private var lowest = Int.max
    private var highest = -1

    @inline(__always)
    mutating func note(_ number: Int) {
        if number < lowest { lowest = number }
        if number > highest { highest = number }
    }

    /// The numbers noted since the last call; nil when there were none.
    mutating func take() -> ClosedRange<Int>? {
        guard lowest <= highest else { return nil }
        defer { self = TouchedNumbers() }
        return lowest...highest
    }
}
