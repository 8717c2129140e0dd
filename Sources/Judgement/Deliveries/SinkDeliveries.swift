// The deliveries of a sink that keeps a row of each record, in memory that does not grow with it.
public import Evidence
public import Ingestion
public import World

/// The rows that a sink left in the folder of a run.
public struct SinkDeliveries: DeliverySource {
    private let kind: SinkKind
    private let directory: String
    private let disk: any Disk
    private let openStore: TransactionalStoreOpener?

    /// The sink of `kind` of the run in `directory`; a transactional one is read through `openStore`.
    public init(
        _ kind: SinkKind, ofRunIn directory: String, disk: any Disk, openStore: TransactionalStoreOpener? = nil
    ) {
        self.kind = kind
        self.directory = RunFolder.sink(of: directory)
        self.disk = disk
        self.openStore = openStore
    }

    /// Rows say what brought their record in, unless the sink keeps one of each.
    public var causes: CauseEvidence { kind.isKeyedByOffset ? .journalOfHidden : .deliveries }

    /// Calls `body` with each row as a delivery; damaged rows are of no record.
    ///
    /// - Throws: ``DiskError``, ``StoreError``, or what `body` throws.
    public func forEachDelivery(_ body: (Delivery) throws -> Void) throws {
        let damaged = try forEachRow { try body(SinkDeliveries.delivery(of: $0)) }
        for _ in 0..<damaged { try body(Delivery(number: nil)) }
    }

    /// Counts the rows, and makes the digest of them.
    ///
    /// - Throws: ``DiskError`` or ``StoreError``.
    public func count(into tally: inout Tally) throws {
        var digest = OutputDigest()
        let damaged = try forEachRow { row in
            digest.add(row)
            tally.count(SinkDeliveries.delivery(of: row))
        }
        tally.countUnknown(damaged)
        tally.digest = digest.text
    }

    private static func delivery(of row: SinkEntry) -> Delivery {
        let isOurs = !row.isCorrupted && row.identity.producer == 0
        return Delivery(number: isOurs ? Int(exactly: row.identity.sequence) : nil, ingest: row.ingest)
    }

    /// Calls `body` with each row. A sink that was never opened has no rows.
    ///
    /// - Returns: how many rows are there and do not match their checksum.
    /// - Throws: ``DiskError``, ``StoreError``, or what `body` throws.
    @discardableResult
    public func forEachRow(_ body: (SinkEntry) throws -> Void) throws -> Int {
        var damaged = 0
        if kind.keepsOffsets {
            guard disk.exists(directory) else { return 0 }
            let path = "\(directory)/\(kind.storeName)"
            guard let openStore else {
                throw StoreError(.failed, operation: "open", path: path, reason: "this world has no database")
            }
            let store = try openStore(path)
            defer { store.close() }
            try store.forEachEntry { bytes in
                if bytes.count == SinkEntry.byteCount, let entry = SinkEntry.read(bytes) {
                    try body(entry)
                } else {
                    damaged += 1
                }
            }
            return damaged
        }
        for name in try fileNames() {
            let file = try disk.open("\(directory)/\(name)", .read)
            defer { file.close() }
            let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 8192 * SinkEntry.byteCount, alignment: 16)
            defer { piece.deallocate() }
            var at: Int64 = 0
            while true {
                let count = try file.read(into: piece, at: at)
                let rows = count / SinkEntry.byteCount
                if rows == 0 { break }
                for row in 0..<rows {
                    let start = row * SinkEntry.byteCount
                    let bytes = UnsafeRawBufferPointer(rebasing: piece[start..<start + SinkEntry.byteCount])
                    if let entry = SinkEntry.read(bytes) {
                        try body(entry)
                    } else if bytes.contains(where: { $0 != 0 }) {
                        damaged += 1
                    }
                }
                at += Int64(rows * SinkEntry.byteCount)
            }
        }
        return damaged
    }

    private func fileNames() throws -> [String] {
        guard disk.exists(directory) else { return [] }
        return try disk.list(directory).filter { name in
            switch kind {
            case .append: SinkFiles.isAppend(name)
            case .batchKeyed: SinkFiles.isBatch(name)
            case .offsetKeyed: SinkFiles.isPartition(name)
            case .transactional, .kafkaTransactional, .counting: false
            }
        }
    }
}

extension SinkKind {
    /// The name of the store of a sink that keeps offsets: that of a topic is one to tell it by, and no file.
    package var storeName: String { traits.isTopic ? SinkFiles.topic : SinkFiles.database }

    /// What the sink of this kind holds of the run in `directory`.
    public func deliveries(
        ofRunIn directory: String, disk: any Disk, openStore: TransactionalStoreOpener? = nil
    ) -> any DeliverySource {
        self == .counting
            ? CountedDeliveries(ofRunIn: directory, disk: disk)
            : SinkDeliveries(self, ofRunIn: directory, disk: disk, openStore: openStore)
    }
}
