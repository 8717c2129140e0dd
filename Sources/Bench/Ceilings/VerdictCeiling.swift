// How fast records are counted and judged, from few partitions to many and from few records to more than a broker holds.
internal import Engine
internal import Harness
internal import Judgement
internal import Posix
public import Results
internal import World

/// The verdict, measured by itself.
public enum VerdictCeiling {
    /// Counts and judges topics of 1 to 1,000 partitions and of 10^5 up to `most` records, and holds each verdict against
    /// what was put in.
    ///
    /// - Throws: ``Diagnosis`` when a verdict is wrong, or `DiskError`.
    public static func measure(in directory: String, most: Int) throws -> [CeilingsResult.VerdictSpeed] {
        let sizes = Array(sequence(first: 100_000, next: { $0 * 10 }).prefix { $0 <= most })
        let shapes = sizes.map { (8, $0) } + [1, 100, 1_000].map { ($0, min(most, 10_000_000)) }
        return try shapes.map { try measure(in: directory, partitions: $0, records: $1) }
    }

    private static func measure(
        in directory: String, partitions: Int, records: Int
    ) throws -> CeilingsResult.VerdictSpeed {
        let disk = PosixDisk()
        let topic = SyntheticTopic(partitions: partitions, records: records)
        let folder = "\(directory)/verdict"
        defer { try? FileSystem.removeTree(folder) }
        let clock = MonotonicClock()
        let begin = clock.now()
        try topic.count(in: folder, disk: disk)
        let verdict = try Verdict(
            of: [CountedDeliveries(ofRunIn: folder, disk: disk)], against: Production(count: topic.records),
            readings: Readings(ofRunsIn: [folder], disk: disk))
        let seconds = Double(clock.now() - begin) / 1e9
        guard verdict.duplicates == topic.expected.duplicates, verdict.lost == topic.expected.lost else {
            throw Diagnosis(
                cause: "the verdict over \(records) records in \(partitions) partitions found \(verdict.duplicates) "
                    + "duplicates and \(verdict.lost) lost in place of \(topic.expected)",
                fix: "this is not expected: please report it with the command", exitCode: .guaranteeBroken)
        }
        return CeilingsResult.VerdictSpeed(
            partitions: partitions, records: topic.records, recordsPerSecond: Double(topic.records) / seconds,
            bitsPerRecord: Double(try SyntheticTopic.ledgerBytes(in: folder, disk: disk) * 8) / Double(topic.records),
            duplicates: verdict.duplicates, lost: verdict.lost)
    }
}
