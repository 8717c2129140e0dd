// What numbers in files can be: a file may hold anything, and what is computed from it must not overflow.
internal import World

/// The bounds of numbers that are read from files of the engine.
enum StoredNumbers {
    /// More partitions than any topic has.
    static let mostPartitions: Int64 = 1_000_000
    /// Larger than any offset, batch, sequence or length there will ever be, and small enough to be added to.
    static let bound: Int64 = 1 << 62

    /// Whether it can be an offset, or the number of a batch or of a file.
    static func isPossible(_ number: Int64) -> Bool { (0..<bound).contains(number) }

    /// Whether it can be a sequence of a log.
    static func isPossible(_ sequence: UInt64) -> Bool { sequence < UInt64(bound) }

    /// The range of a partition's offsets that three numbers name; nil where they can be none.
    static func range(partition: Int64, from: Int64, until: Int64) -> OffsetRange? {
        guard (0..<mostPartitions).contains(partition), isPossible(from), isPossible(until), from <= until else {
            return nil
        }
        return OffsetRange(partition: Partition(partition), from: from, until: until)
    }

    /// The number that is the whole of a file's name, written as it is written here.
    static func number(named name: some StringProtocol) -> Int64? {
        guard let number = Int64(name), isPossible(number), "\(number)" == name else { return nil }
        return number
    }
}
