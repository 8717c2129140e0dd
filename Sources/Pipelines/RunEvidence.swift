// What a judged run leaves behind to tell the life of each of its records by.
internal import Foundation
package import Harness
internal import Judgement
internal import KafkaProxy
internal import Posix
package import Results
internal import World

/// What was seen of a run on the wire and in the output, as a file.
package struct RunEvidence: Codable {
    private static let schema = "kbench.judge-run"

    /// Records that came to the pipeline.
    struct Read: Codable, Equatable {
        var life: Int
        var connection: Int
        var partition: Int
        var from: Int64
        var until: Int64
        var order: Int
    }

    /// An offset that the group was to keep.
    struct Commit: Codable, Equatable {
        var life: Int
        var partition: Int
        var next: Int64
        /// The transaction that it was part of; null: none.
        var transaction: String?
        /// What became of it, in words.
        var outcome: String
        /// Whether the group goes on from it.
        var isInEffect: Bool
        var order: Int
    }

    var schema = Self.schema
    var version = 1
    /// The kill's name.
    var run: String
    var topic: String
    var partitions: Int
    var reads: [Read]
    var commits: [Commit]
    /// Rows of each record when the pipeline had been killed, a digit for each, 3 for more; null: there was no kill.
    var rowsAtKill: String?
    /// The same at the end.
    var rows: String

    /// What is known of a run; nil where its output could not be read.
    init?(_ outcome: TrialOutcome, topic: String, partitions: Int) {
        guard let end = outcome.atEnd else { return nil }
        (self.topic, self.partitions, run) = (topic, partitions, outcome.run.name)
        let ledger = outcome.ledger
        reads = ledger.reads.filter { $0.place.topic == topic }.map {
            Read(
                life: $0.life, connection: $0.connection, partition: Int($0.place.partition),
                from: $0.range.lowerBound, until: $0.range.upperBound, order: $0.order)
        }
        commits = ledger.commits.filter { $0.place.topic == topic }.map { commit in
            // What is part of a transaction counts from its end.
            let ending = ledger.ending(of: commit)
            let isEnded = commit.transaction == nil || ending.map { $0.isCommit && $0.outcome.isInEffect } == true
            return Commit(
                life: commit.life, partition: Int(commit.place.partition), next: commit.next,
                transaction: commit.transaction, outcome: commit.outcome.words,
                isInEffect: commit.outcome.isInEffect && isEnded,
                order: ending?.order ?? commit.order)
        }
        func digits(_ tally: Tally) -> String {
            String((0..<outcome.run.produced).map { Character("\(tally.deliveries(of: $0))") })
        }
        rowsAtKill = outcome.atKill.map(digits)
        rows = digits(end)
    }

    /// Writes the file.
    ///
    /// - Throws: ``DiskError``.
    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try FileSystem.writePrivately([UInt8](try encoder.encode(self)), to: path)
    }

    /// Reads the file at `path`; nil for one that is no run of `kbench judge`.
    ///
    /// - Throws: ``Diagnosis`` when there is no such file.
    package static func read(_ path: String) throws -> RunEvidence? {
        struct Label: Decodable { var schema: String }
        let bytes = Data(
            try NamedFile.contents(path, fix: "name a file that kbench judge --evidence wrote, or a capsule"))
        guard (try? JSONDecoder().decode(Label.self, from: bytes))?.schema == schema else { return nil }
        guard let evidence = try? JSONDecoder().decode(RunEvidence.self, from: bytes), evidence.isWhole else {
            throw Diagnosis(
                cause: "\(path): the run is damaged, or of another version of kbench",
                fix: "make it again with kbench judge --evidence", exitCode: .usage)
        }
        return evidence
    }

    private var isWhole: Bool {
        partitions > 0 && rows.utf8.allSatisfy { (48...51).contains($0) }
            && (rowsAtKill.map { $0.utf8.count == rows.utf8.count } ?? true)
    }

    /// Tells the life of a record such as `orders/0@17` or `0@17`; nil: the first that went wrong, or the first.
    ///
    /// - Throws: ``Diagnosis`` for a record that there is not.
    package func life(of record: String?) throws(Diagnosis) -> RecordLifeResult {
        let rows = Array(rows.utf8).map { Int($0) - 48 }
        let number =
            try record.map { name throws(Diagnosis) in try self.number(of: name) }
            ?? rows.firstIndex { $0 != 1 } ?? 0
        guard rows.indices.contains(number) else {
            throw Diagnosis(cause: "the run has no records", fix: "name another run", exitCode: .usage)
        }
        let (partition, offset) = (number % partitions, Int64(number / partitions))
        let atKill = rowsAtKill.map { Int(Array($0.utf8)[number]) - 48 }
        var moments: [(order: Int, moment: RecordLifeResult.Moment)] = []
        func add(_ order: Int, _ life: Int, _ place: String, _ what: String) {
            moments.append((order, .init(life: life, place: place, what: what)))
        }
        for read in reads where read.partition == partition && (read.from..<read.until).contains(offset) {
            add(read.order, read.life, "broker", "fetched over connection \(read.connection), from \(read.from) on")
        }
        let covering = commits.filter { $0.partition == partition && $0.next > offset }
        for life in Set(covering.map(\.life)).sorted() {
            guard let commit = covering.first(where: { $0.life == life }) else { continue }
            let within = commit.transaction.map { " in a transaction of \($0)" } ?? ""
            add(commit.order, life, "state", "its offset is committed up to \(commit.next)\(within): \(commit.outcome)")
        }
        let killed =
            (reads.filter { $0.life == 1 }.map(\.order) + commits.filter { $0.life == 1 }.map(\.order)).max() ?? 0
        if let atKill {
            add(
                killed + 1, 1, "world",
                "killed: \(run); \(atKill == 0 ? "no row" : "\(atKill) of its rows") in the output")
        }
        moments.sort { $0.order < $1.order }
        mark(&moments, rows[number], atKill, covering)
        return RecordLifeResult(
            record: "\(topic)/\(partition)@\(offset)", deliveries: rows[number],
            moments: [.init(life: 0, place: "broker", what: "produced")] + moments.map(\.moment))
    }

    /// The kill, of what was written and not committed; the commit, of what was not written yet.
    private func mark(
        _ moments: inout [(order: Int, moment: RecordLifeResult.Moment)], _ rows: Int, _ atKill: Int?,
        _ covering: [Commit]
    ) {
        guard rows != 1, let atKill else { return }
        let commit = covering.first { $0.life == 1 && $0.isInEffect }
        let place: Int?
        if rows == 0, let commit, atKill == 0 {
            place = moments.firstIndex { $0.order == commit.order && $0.moment.place == "state" }
        } else if rows > 1, commit == nil, atKill > 0 {
            place = moments.firstIndex { $0.moment.place == "world" }
        } else {
            place = nil
        }
        if let place { moments[place].moment.isPointOfNoReturn = true }
    }

    private func number(of name: String) throws(Diagnosis) -> Int {
        let place = name.split(separator: "/").last.map { $0.split(separator: "@").compactMap { Int($0) } } ?? []
        guard place.count == 2, (0..<partitions).contains(place[0]), place[1] >= 0,
            case let (scaled, overflow) = place[1].multipliedReportingOverflow(by: partitions), !overflow,
            scaled < rows.utf8.count, scaled + place[0] < rows.utf8.count
        else {
            throw Diagnosis(
                cause: "--record \(name): the run has no such record",
                fix: "write P@OFFSET, with one of its \(partitions) partitions and \(rows.utf8.count) records",
                exitCode: .usage)
        }
        return scaled + place[0]
    }
}

extension WireOutcome {
    /// What became of a request, in words.
    fileprivate var words: String {
        switch self {
        case .sent: "no answer came"
        case .done: "done"
        case .refused(let error): "refused with error \(error)"
        case .doneUntold: "done, and the pipeline was not told"
        }
    }
}
