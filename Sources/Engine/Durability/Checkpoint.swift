// A checkpoint's content and its text form: what has been planned, what of it is still pending, where to go on.
internal import Ingestion
internal import World

/// The engine's memory of its batches, as of one moment. A person can read its file:
///
///     kbench-checkpoint 2
///     program 1             the version of the program that wrote it: no other one may go on from it
///     latest 7              the newest batch planned
///     pending 7             one line for each batch planned and not yet completed
///     range 7 0 1500 1750   for a direct strategy: batch, partition, from, until of batches that may run again
///     next 0 1750           for a direct strategy: partition, the offset at which the next batch begins
///     crc32c 5f0a21c3
struct Checkpoint: Equatable {
    /// The version of the format. Version 1 did not name the program.
    static let version = 2
    private static let title = "kbench-checkpoint "

    /// The version of the format it was read in.
    private(set) var format = Checkpoint.version
    /// The version of the program that wrote it, as a checkpoint of serialized code is bound to the code.
    var program = 1
    /// The newest batch planned; 0: none yet.
    var latest: Int64 = 0
    /// The batches planned and not completed, oldest first.
    var pending: [Int64] = []
    /// The ranges of batches that may run again, oldest batch first; none for a receiver's batches, whose blocks stand in
    /// the block log.
    var ranges: [(batch: Int64, range: OffsetRange)] = []
    /// By partition: where the next batch begins; empty for a receiver.
    var next: [Offset] = []

    static func == (left: Checkpoint, right: Checkpoint) -> Bool { left.lines == right.lines }

    var lines: [String] {
        var lines = ["\(Checkpoint.title)\(Checkpoint.version)", "program \(program)", "latest \(latest)"]
        lines += pending.map { "pending \($0)" }
        lines += ranges.map { "range \($0) \($1.partition) \($1.from) \($1.until)" }
        for (partition, offset) in next.enumerated() { lines.append("next \(partition) \(offset)") }
        return lines
    }

    /// Reads the lines of a checkpoint file, of this format or an older one.
    init(lines: [String], path: String) throws {
        func damaged(_ line: String) -> EngineError {
            EngineError(.damagedCheckpoint, "checkpoint line \"\(line)\" is not one kbench writes", location: path)
        }
        guard let title = lines.first, title.hasPrefix(Checkpoint.title),
            let format = Int(title.dropFirst(Checkpoint.title.count)), format >= 1
        else { throw damaged(lines.first ?? "") }
        guard format <= Checkpoint.version else {
            throw EngineError(
                .unknownCheckpointFormat,
                "checkpoint has format \(format), this kbench reads formats 1 to \(Checkpoint.version)", location: path)
        }
        self.format = format
        for line in lines.dropFirst() {
            let words = line.utf8.split(separator: UInt8(ascii: " ")).map { Substring($0) }
            let numbers = words.dropFirst().compactMap { Int64($0) }
            guard numbers.count == words.count - 1, numbers.allSatisfy(StoredNumbers.isPossible) else {
                throw damaged(line)
            }
            switch (words.first, numbers.count) {
            case ("program", 1) where format >= 2:
                guard let version = Int(exactly: numbers[0]) else { throw damaged(line) }
                program = version
            case ("latest", 1): latest = numbers[0]
            case ("pending", 1): pending.append(numbers[0])
            case ("range", 4):
                guard
                    let range = StoredNumbers.range(partition: numbers[1], from: numbers[2], until: numbers[3])
                else { throw damaged(line) }
                ranges.append((numbers[0], range))
            case ("next", 2):
                guard numbers[0] == next.count else { throw damaged(line) }
                next.append(numbers[1])
            default: throw damaged(line)
            }
        }
    }

    init() {}

    /// The batches that a restart runs again, oldest first.
    func batchesToRunAgain(_ fidelity: Fidelity) -> [Int64] {
        let last = fidelity.has(.rerunsLastBatch) && latest > 0 && !pending.contains(latest) ? [latest] : []
        return pending + last
    }

    /// The ranges of one batch.
    func ranges(of batch: Int64) -> [OffsetRange] { ranges.filter { $0.batch == batch }.map(\.range) }

    /// Forgets the ranges of batches that no restart from this checkpoint runs again.
    mutating func dropRanges(_ fidelity: Fidelity) {
        let kept = batchesToRunAgain(fidelity)
        ranges.removeAll { !kept.contains($0.batch) }
    }
}
