// Where a pipeline's rows are: in files, in a topic, in a database, or wherever a command finds them.
internal import Judgement

/// The output of a pipeline, by its file; texts have placeholders.
package enum PipelineOutput: Equatable, Sendable {
    /// Lines of files, by a path in which `*` and `?` stand for what may differ.
    case files(String)
    /// Values of a topic's records; those of transactions that were not committed are left out where `isCommitted`.
    case topic(String, isCommitted: Bool)
    /// The rows of a query on a database of SQLite.
    case sqlite(String, query: String)
    /// The lines that a command prints.
    case command([String])

    /// The path of what is in a file or in files; nil where it is elsewhere.
    var path: String? {
        switch self {
        case .files(let path), .sqlite(let path, _): path
        case .topic, .command: nil
        }
    }
}

/// Why an output cannot be read, in words.
struct OutputError: Error, Equatable {
    var message: String
}

/// The output of one run.
protocol OutputRows: Sendable {
    /// Something that changes whenever rows come; it says nothing of whether they can be seen. It may be what was seen a
    /// moment ago, where asking takes long, unless it `isAnew`.
    ///
    /// - Throws: ``OutputError`` where it cannot be told.
    func activity(isAnew: Bool) async throws -> UInt64

    /// Whether rows are there that nobody can see yet, as a transaction is open.
    ///
    /// - Throws: ``OutputError``.
    func isHidden() async throws -> Bool

    /// Counts what can be seen now.
    ///
    /// - Throws: ``OutputError``.
    func tally(of count: Int) async throws -> Tally

    /// Removes what is there.
    ///
    /// - Throws: an error of the disk.
    func remove() throws
}

/// Which rows are records.
package struct RowReading: Equatable, Sendable {
    package var identity = RowIdentity.token
    /// Lines that are no rows, such as a heading.
    package var ignored: RowPattern?

    /// A reading of rows by `identity`.
    package init(_ identity: RowIdentity = .token, ignoring ignored: RowPattern? = nil) {
        (self.identity, self.ignored) = (identity, ignored)
    }

    /// Whether a line is a row.
    func isRow(_ line: String) -> Bool { ignored?.first(in: line) == nil }

    /// Counts a row.
    func count(_ row: String, into tally: inout Tally) {
        guard isRow(row) else { return }
        tally.count(Delivery(number: identity.number(of: row)))
    }
}
