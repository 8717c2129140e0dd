// How often each produced record was put out, and how much else there was.
package import Evidence

/// The count of an output, at two bits a record.
public struct Tally: Sendable {
    /// By record, how often it was put out: 3 stands for three times or more.
    package private(set) var ledger: DeliveryLedger
    /// Deliveries of produced records, each time counted.
    public private(set) var delivered = 0
    /// Deliveries that are none of the produced records, or damaged.
    public private(set) var unknown = 0
    /// Equal for equal outputs, whatever the order in which they were written; empty where the source makes none.
    public package(set) var digest = ""

    /// A tally of records numbered from 0 to `count`.
    public init(count: Int) { ledger = DeliveryLedger(count: count) }

    /// Records that were put out at least once.
    public var distinct: Int { ledger.distinct }

    /// How often a produced record was put out; 3 stands for three times or more.
    public func deliveries(of number: Int) -> Int { ledger.deliveries(of: number) }

    /// Counts one delivery.
    public mutating func count(_ delivery: Delivery) {
        guard let number = delivery.number, (0..<ledger.count).contains(number) else {
            unknown += 1
            return
        }
        ledger.deliver(number)
        delivered += 1
    }

    /// Counts deliveries that are none of the produced records.
    public mutating func countUnknown(_ count: Int) { unknown += count }

    /// Adds the words of a ledger, 32 records each, from record `first` on.
    package mutating func count(_ words: UnsafeBufferPointer<UInt64>, from first: Int) {
        let (known, others) = ledger.add(words, from: first)
        delivered += known
        unknown += others
    }

    /// Adds deliveries of records that have been put out more often than the ledger can count.
    package mutating func countBeyondLedger(_ count: Int) { delivered += count }
}
