// What a pipeline has put out, wherever that lies: the side of the verdict that any output can take.

/// One record that a pipeline has put out.
public struct Delivery: Equatable, Sendable {
    /// Which of the produced records it is; nil: none of them, or damaged.
    public var number: Int?
    /// What brought the record into the pipeline, such as a block or a batch; nil where the output does not say. Two
    /// deliveries of one record with different ingests mean that its offset was taken in twice.
    public var ingest: Int64?

    /// Makes a delivery.
    public init(number: Int?, ingest: Int64? = nil) {
        self.number = number
        self.ingest = ingest
    }
}

/// How the cause of a duplicate can be told.
public enum CauseEvidence: Equatable, Sendable {
    /// Each delivery says what brought its record in.
    case deliveries
    /// Every write shows, but only the journal of reads says what was taken in twice.
    case journal
    /// The output hides what it is given twice, so only the journal of reads knows of it at all.
    case journalOfHidden
}

/// An output that can be read as often as one likes.
public protocol DeliverySource {
    /// How the cause of a duplicate can be told.
    var causes: CauseEvidence { get }

    /// Calls `body` with every delivery, in any order.
    ///
    /// - Throws: what reading the output throws, or what `body` throws.
    func forEachDelivery(_ body: (Delivery) throws -> Void) throws

    /// Counts every delivery. An output of which there is a faster way than one by one has its own.
    ///
    /// - Throws: what reading the output throws.
    func count(into tally: inout Tally) throws
}

extension DeliverySource {
    /// Counts the deliveries one by one.
    public func count(into tally: inout Tally) throws { try forEachDelivery { tally.count($0) } }
}
