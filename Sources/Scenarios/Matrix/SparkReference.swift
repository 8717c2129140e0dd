// The measurements of a live Spark that kbench is held against: rows of a CSV file that travels inside the binary.
internal import Engine
internal import Harness
internal import Ingestion
internal import Judgement
internal import World

/// One row: what Spark showed, and the run that shows the same here.
struct SparkReferenceRow: Equatable, Sendable {
    /// What the measurement called the row.
    var name: String
    /// How many of Spark's runs gave these figures.
    var runs: Int
    /// The kind of sink that was looked at.
    var sparkSink: String
    /// Spark's duplicates.
    var duplicates: Int
    /// Spark's losses.
    var lost: Int
    /// The run that is to show the same; nil where there can be none.
    var setup: Setup?
    /// Why there is no such run; empty where there is one.
    var reason: String

    /// A run of this engine.
    struct Setup: Equatable, Sendable {
        var strategy: Strategy
        var sink: SinkKind
        var fidelity: Fidelity
        var shape: LoadShape
        var outage: Outage
        var crash: ArmedCrash
    }
}

/// Reads the rows.
enum SparkReference {
    /// The names of the references there are.
    static let names = ["spark-3.5.7"]

    /// The rows of a reference; nil when there is none of that name.
    ///
    /// - Throws: ``Diagnosis`` for a line that is not one, which the tests rule out.
    static func rows(of name: String) throws -> [SparkReferenceRow]? {
        guard name == "spark-3.5.7" else { return nil }
        return try parse(String(decoding: PackageResources.spark_3_5_7_csv, as: UTF8.self))
    }

    /// Reads lines of cells without quotes, the first of them the names of the columns.
    static func parse(_ text: String) throws -> [SparkReferenceRow] {
        let lines = text.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        guard let columns = lines.first else { return [] }
        return try lines.dropFirst().map { cells in
            guard cells.count == columns.count else { throw damaged(cells) }
            return try row(Dictionary(uniqueKeysWithValues: zip(columns, cells)), cells)
        }
    }

    private static func row(_ cell: [String: String], _ cells: [String]) throws -> SparkReferenceRow {
        func number(_ column: String) throws -> Int {
            guard let number = cell[column].flatMap({ Int($0) }) else { throw damaged(cells) }
            return number
        }
        var row = SparkReferenceRow(
            name: cell["row"] ?? "", runs: try number("runs"), sparkSink: cell["spark_sink"] ?? "",
            duplicates: try number("spark_duplicates"), lost: try number("spark_lost"), setup: nil,
            reason: cell["reason"] ?? "")
        guard let name = cell["strategy"], !name.isEmpty else { return row }
        let left = Set([cell["without"] ?? ""])
        guard let strategy = Strategy(rawValue: name), let sink = cell["sink"].flatMap({ SinkKind(rawValue: $0) }),
            let crash = cell["crash"].flatMap({ ArmedCrash(parsing: $0) })
        else { throw damaged(cells) }
        let batch = try number("batch_records")
        var outage = Outage(arrivals: cell["arrivals"].flatMap { Int($0) } ?? 0)
        outage.restartBatch = cell["restart_batch"].flatMap({ Outage.RestartBatch(rawValue: $0) }) ?? .limited
        outage.damage = cell["damage"].flatMap({ Damage(rawValue: $0) })
        row.setup = SparkReferenceRow.Setup(
            strategy: strategy, sink: sink,
            fidelity: Fidelity(Fidelity.spark.deviations.filter { !left.contains($0.rawValue) }),
            shape: LoadShape(
                records: try number("batches") * batch, partitions: try number("partitions"),
                blockRecords: try number("block_records"), batchRecords: batch, groupCommitBlocks: 1,
                checkpointLagTasks: try number("checkpoint_lag_tasks"), autoCommitBlocks: 10,
                chunkRecords: try number("chunk_records")),
            outage: outage, crash: crash)
        return row
    }

    private static func damaged(_ cells: [String]) -> Diagnosis {
        Diagnosis(
            cause: "the reference has a line that is none: \(cells.joined(separator: ","))",
            fix: "restore results/reference from the repository", exitCode: .internalError)
    }
}
