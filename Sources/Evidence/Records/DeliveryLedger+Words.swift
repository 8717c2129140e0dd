// The ledger a word at a time: 32 records are added, counted and compared with a few instructions.

extension DeliveryLedger {
    private static let lowBits: UInt64 = 0x5555_5555_5555_5555

    /// The lowest bit of each record of a word that was delivered at least once.
    private static func delivered(_ word: UInt64) -> UInt64 { (word | word >> 1) & lowBits }

    /// The deliveries that a word counts.
    private static func sum(_ word: UInt64) -> Int {
        (word & lowBits).nonzeroBitCount + 2 * (word & ~lowBits).nonzeroBitCount
    }

    /// Adds the deliveries counted in `words`, of which the first is that of the record `first`, a multiple of 32.
    ///
    /// - Returns: how many they are, and how many more there are of records that this ledger does not have.
    package mutating func add(_ words: UnsafeBufferPointer<UInt64>, from first: Int) -> (known: Int, unknown: Int) {
        var known = 0
        var unknown = 0
        for (index, bytes) in words.enumerated() where bytes != 0 {
            let all = UInt64(littleEndian: bytes)
            let left = count - first - index * 32
            let word = left >= 32 ? all : left <= 0 ? 0 : all & (1 << UInt64(2 * left) - 1)
            known += DeliveryLedger.sum(word)
            unknown += DeliveryLedger.sum(all ^ word)
            if word != 0 { merge(word, at: first / 32 + index) }
        }
        return (known, unknown)
    }

    private mutating func merge(_ word: UInt64, at index: Int) {
        let before = cells[index]
        let carries = before & word
        let isPlain =
            before == 0 || (carries == 0 && DeliveryLedger.delivered(before) & DeliveryLedger.delivered(word) == 0)
        var after = before | word
        if !isPlain {
            after = 0
            for lane in stride(from: UInt64(0), to: 64, by: 2) {
                after |= min(3, (before >> lane) & 3 + (word >> lane) & 3) << lane
            }
        }
        cells[index] = after
        distinct += (DeliveryLedger.delivered(after) ^ DeliveryLedger.delivered(before)).nonzeroBitCount
    }

    /// How many records were delivered to both this ledger and `other`, which has as many.
    package func common(with other: DeliveryLedger) -> Int {
        zip(cells, other.cells).reduce(0) {
            $0 + (DeliveryLedger.delivered($1.0) & DeliveryLedger.delivered($1.1)).nonzeroBitCount
        }
    }
}
