// The counting sink: verifies every record and counts it at two bits, in memory that outlives the process.
internal import Checksum
internal import World

/// Counts how often each record came: never, once, twice, or more often, with a counter for every time beyond the third.
///
/// A delivery is one store to memory, to the record's two bits or, beyond the third, to the counter. Whenever the process
/// is killed, the file therefore holds exactly the deliveries up to then, and their total is the sum of all cells and the
/// counter. The format is ``LedgerFile``'s.
final class CountingSink {
    private let disk: any Disk
    private let path: String
    private let origin: RecordOrigin
    private let places: PlaceNumbers
    /// No record has this number, or a higher one.
    private let limit: Int
    private var memory: any FileMemory
    private var base: UnsafeMutableRawPointer
    private var cells: UnsafeMutablePointer<UInt8>
    /// The numbers there is room for.
    private var capacity: Int
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
        origin = configuration.origin
        let isOpenEnded = configuration.isOpenEnded
        places = PlaceNumbers(
            starts: isOpenEnded ? [] : configuration.starts, ends: isOpenEnded ? [] : configuration.ends)
        // kbench numbers its records from 0, and no topic has fewer offsets than records.
        limit = isOpenEnded ? .max : origin == .anyone ? places.count : Int(configuration.ends.reduce(0, +))
        let wanted = isOpenEnded ? 1 << 20 : places.count
        memory = try disk.map(path, length: LedgerFile.length(of: wanted))
        guard let base = memory.bytes.baseAddress else {
            // Cannot be: a ledger has at least a header.
            preconditionFailure("a ledger without a byte")
        }
        self.base = base
        cells = base.advanced(by: LedgerFile.headerLength).assumingMemoryBound(to: UInt8.self)
        capacity = LedgerFile.capacity(of: memory.bytes.count)
        try openHeader(layout: origin == .anyone ? LedgerFile.layout(of: places) : 0)
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
        var run = Run()
        try block.forEachRecord { partition, offset, _, value in
            if !(try count(partition, offset, value, &run)) { corrupted += 1 }
        }
        try settle(corrupted: corrupted)
        return corrupted
    }

    /// The partition of the record before, looked up once for all that follow each other.
    private struct Run {
        var partition: Partition = -1
        var start: Offset = 0
        var end: Offset = 0
        var base = 0
    }

    @inline(__always)
    private func count(
        _ partition: Partition, _ offset: Offset, _ value: UnsafeRawBufferPointer?, _ run: inout Run
    ) throws -> Bool {
        let number: Int
        switch origin {
        case .kbench:
            guard let value, let identity = RecordFormat.read(value), identity.producer == 0,
                identity.sequence < UInt64(limit)
            else { return false }
            number = Int(identity.sequence)
        case .anyone:
            if partition != run.partition { run = find(partition) }
            guard offset >= run.start, offset < run.end else { return false }
            number = run.base + Int(offset - run.start)
        }
        if number >= capacity { try grow(toHold: number) }
        let cell = cells + number >> 2
        let shift = UInt8(truncatingIfNeeded: number & 3) &* 2
        if (cell.pointee >> shift) & 3 < 3 {
            cell.pointee &+= 1 << shift
        } else {
            LedgerFile.Header.addOverflow(1, to: base)
        }
        touched.note(number)
        return true
    }

    private func find(_ partition: Partition) -> Run {
        guard places.starts.indices.contains(Int(partition)) else { return Run(partition: partition) }
        let index = Int(partition)
        return Run(
            partition: partition, start: places.starts[index], end: places.ends[index], base: places.bases[index])
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
        let wanted = max(number + 1, min(limit, capacity * 2))
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
