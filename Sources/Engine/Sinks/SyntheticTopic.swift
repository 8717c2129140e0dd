// A topic that exists only as arithmetic, as large as no broker could hold: what a verdict's own speed is measured on.
internal import Evidence
internal import Ingestion
public import World

/// Records of which only the places exist, delivered to a counting sink as a direct task's are.
public struct SyntheticTopic: Sendable {
    /// The partitions.
    public var partitions: Int
    /// The records, spread evenly.
    public var records: Int
    /// Every so many records one comes twice, and one does not come at all: for the verdict to find.
    public static let faultEvery = 1_000

    /// Describes a topic; what does not divide evenly is left out.
    public init(partitions: Int, records: Int) {
        self.partitions = partitions
        self.records = records / partitions * partitions
    }

    /// Counts every record into the ledger of a run in `directory`, as the tasks of a direct strategy do.
    ///
    /// - Throws: ``EngineError`` or ``DiskError``.
    public func count(in directory: String, disk: any Disk) throws {
        let each = Offset(records / partitions)
        var configuration = EngineConfiguration(
            strategy: .directLogFirst, sink: .counting, directory: directory, group: "synthetic",
            starts: Array(repeating: 0, count: partitions), ends: Array(repeating: each, count: partitions),
            cuts: .count(block: 1, batch: 1))
        configuration.origin = .anyone
        let sink = try CountingSink(configuration: configuration, disk: disk)
        defer { sink.close() }
        let piece = VerifiedPiece(
            capacity: configuration.chunkRecords, numbering: RecordNumbering(configuration))
        let reader = Reader(partitions: partitions)
        var from: Offset = 0
        while from < each {
            let until = min(each, from + Offset(configuration.chunkRecords))
            for partition in 0..<Partition(partitions) {
                while reader.position(of: partition) < until {
                    piece.removeAll()
                    _ = try piece.add(
                        from: reader, partition, until: until, limit: configuration.chunkRecords, timeout: .zero)
                    _ = try sink.count(piece)
                }
            }
            from = until
        }
    }

    /// The bytes of the ledger's cells that ``count(in:disk:)`` left below `directory`.
    ///
    /// - Throws: ``DiskError``.
    public static func ledgerBytes(in directory: String, disk: any Disk) throws -> Int {
        let file = try disk.open("\(RunFolder.evidence(of: directory))/\(LedgerFile.name(slot: 0))", .read)
        defer { file.close() }
        return Int(try file.length()) - LedgerFile.headerLength
    }

    /// What a verdict over what ``count(in:disk:)`` left must find: of each partition's offsets one in ``faultEvery`` twice and the next not at all.
    public var expected: (duplicates: Int, lost: Int) {
        let each = records / partitions
        return (
            partitions * ((each + Self.faultEvery - 1) / Self.faultEvery),
            partitions * ((each + Self.faultEvery - 2) / Self.faultEvery)
        )
    }

    /// Lends records that have an offset and no value.
    private final class Reader: RecordReader {
        private var positions: [Offset]

        init(partitions: Int) { positions = Array(repeating: 0, count: partitions) }

        func lend(
            _ partition: Partition, until: Offset, limit: Int, into batch: RecordBatch, timeout: Duration
        ) -> (count: Int, position: Offset) {
            var offset = positions[Int(partition)]
            let most = min(limit, RecordBatch.capacity) - 1
            var taken = 0
            batch.refill { records in
                while taken < most, offset < until {
                    let place = Int(offset % Offset(SyntheticTopic.faultEvery))
                    if place != 1 {
                        records[taken] = RecordBatch.Record(offset: offset, value: nil)
                        taken += 1
                    }
                    if place == 0 {
                        records[taken] = RecordBatch.Record(offset: offset, value: nil)
                        taken += 1
                    }
                    offset += 1
                }
                return (taken, 0)
            }
            positions[Int(partition)] = offset
            return (taken, offset)
        }

        func position(of partition: Partition) -> Offset { positions[Int(partition)] }
        func seek(_ partition: Partition, to offset: Offset) { positions[Int(partition)] = offset }
        func discard(limit: Int, timeout: Duration) -> (count: Int, bytes: Int) { (0, 0) }
        func fetch(
            _ partition: Partition, until: Offset, limit: Int, into block: Block, timeout: Duration
        ) -> (count: Int, position: Offset) { (0, position(of: partition)) }
        func close() {}
    }
}
