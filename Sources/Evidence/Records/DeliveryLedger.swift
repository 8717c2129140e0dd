// Counts how often each produced record was delivered, at two bits a record.

/// For every sequence number of one producer: delivered never, once, twice, or more often.
package struct DeliveryLedger: Sendable {
    package var cells: [UInt64]
    /// The records there are to deliver, numbered from 0.
    package let count: Int
    /// Records delivered at least once.
    package var distinct = 0

    package init(count: Int) {
        self.count = count
        cells = Array(repeating: 0, count: (count + 31) / 32)
    }

    /// Notes a delivery; `sequence` is below ``count``. Returns how often it had been delivered before, at most 3.
    @discardableResult
    package mutating func deliver(_ sequence: Int) -> Int {
        let shift = UInt64(sequence % 32) * 2
        let before = (cells[sequence / 32] >> shift) & 3
        if before == 0 { distinct += 1 }
        if before < 3 { cells[sequence / 32] += 1 << shift }
        return Int(before)
    }

    /// How often a record was delivered, at most 3.
    package func deliveries(of sequence: Int) -> Int { Int((cells[sequence / 32] >> (UInt64(sequence % 32) * 2)) & 3) }
}
