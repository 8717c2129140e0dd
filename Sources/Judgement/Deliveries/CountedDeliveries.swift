// The deliveries of a counting sink: its ledgers, added up a word at a time.
internal import Evidence
public import World

/// The ledgers that a counting sink left in the folder of a run.
public struct CountedDeliveries: DeliverySource {
    private let directory: String
    private let disk: any Disk

    /// The ledgers of the run in `directory`.
    public init(ofRunIn directory: String, disk: any Disk) {
        self.directory = RunFolder.evidence(of: directory)
        self.disk = disk
    }

    /// No row says what brought its record in.
    public var causes: CauseEvidence { .journal }

    /// Calls `body` with each delivery, up to three times for a record.
    ///
    /// - Throws: ``DiskError``, or what `body` throws.
    public func forEachDelivery(_ body: (Delivery) throws -> Void) throws {
        var outcome: Result<Void, any Error> = .success(())
        let header = try LedgerFile.read(in: directory, disk: disk) { first, words in
            guard case .success = outcome else { return }
            outcome = Result { try CountedDeliveries.deliver(words, from: first, to: body) }
        }
        try outcome.get()
        for _ in 0..<header.corrupted { try body(Delivery(number: nil)) }
    }

    private static func deliver(
        _ words: UnsafeBufferPointer<UInt64>, from first: Int, to body: (Delivery) throws -> Void
    ) throws {
        for (index, word) in words.enumerated() where word != 0 {
            for lane in 0..<32 {
                let times = UInt64(littleEndian: word) >> UInt64(2 * lane) & 3
                for _ in 0..<times { try body(Delivery(number: first + index * 32 + lane)) }
            }
        }
    }

    /// Adds the ledgers up.
    ///
    /// - Throws: ``DiskError``.
    public func count(into tally: inout Tally) throws {
        let header = try LedgerFile.read(in: directory, disk: disk) { first, words in tally.count(words, from: first) }
        tally.countBeyondLedger(header.overflow)
        tally.countUnknown(header.corrupted)
    }
}
