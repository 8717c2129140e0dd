// Outputs that are asked for their rows: a database of SQLite, and whatever a command can print.
internal import Database
internal import Harness
internal import Judgement
internal import Posix
internal import Synchronization
internal import World

/// What was seen when rows were asked for last, as asking for them again and again would take the pipeline's time.
final class LastLook: Sendable {
    private struct State {
        var activity: UInt64 = 0
        var at: ContinuousClock.Instant?
        var took = Duration.zero
    }

    private let state = Mutex(State())

    /// What was seen a moment ago, or is now; asking takes a tenth of the time at most. What `isAnew` is seen now.
    func activity(isAnew: Bool, _ look: () async throws -> UInt64) async throws -> UInt64 {
        let clock = ContinuousClock()
        let last = state.withLock { $0 }
        if !isAnew, let at = last.at, clock.now - at < max(.milliseconds(100), last.took * 10) { return last.activity }
        let start = clock.now
        let seen = try await look()
        let end = clock.now
        state.withLock { $0 = State(activity: seen, at: end, took: end - start) }
        return seen
    }
}

/// A number that differs where rows differ, but for chance.
private struct RowSum {
    private(set) var value: UInt64 = 14_695_981_039_346_656_037

    mutating func add(_ row: String) {
        for byte in row.utf8 { value = (value ^ UInt64(byte)) &* 1_099_511_628_211 }
        value = (value ^ 10) &* 1_099_511_628_211
    }
}

/// Rows of a query.
struct SQLiteOutput: OutputRows {
    let path: String
    let query: String
    let reading: RowReading
    private let last = LastLook()

    init(_ path: String, _ query: String, _ reading: RowReading) {
        (self.path, self.query, self.reading) = (path, query, reading)
    }

    private func forEachRow<Sum: Sendable>(
        _ start: Sum, _ body: @escaping @Sendable (inout Sum, [String]) -> Void
    ) async throws -> Sum {
        let (path, query) = (path, query)
        return try await BlockingThread.run {
            var sum = start
            do {
                try SQLiteRows(path: path, query: query).forEachRow { body(&sum, $0) }
            } catch let error as StoreError {
                throw OutputError(message: "\(error)")
            }
            return sum
        }
    }

    func activity(isAnew: Bool) async throws -> UInt64 {
        try await last.activity(isAnew: isAnew) {
            try await forEachRow(RowSum()) { sum, cells in for cell in cells { sum.add(cell) } }.value
        }
    }

    func isHidden() -> Bool { false }

    func tally(of count: Int) async throws -> Tally {
        let reading = reading
        return try await forEachRow(Tally(count: count)) { tally, cells in
            tally.count(Delivery(number: reading.identity.number(ofCells: cells)))
        }
    }

    func remove() throws {
        for end in ["", "-wal", "-shm", "-journal"] where PosixDisk().exists(path + end) {
            try FileSystem.removeTree(path + end)
        }
    }
}

/// Lines that a command prints.
struct CommandRows: OutputRows {
    /// Runs the command; its lines go to the file at the path.
    let run: @Sendable (_ path: String) async throws -> LifeEnding
    let path: String
    let reading: RowReading
    private let last = LastLook()

    init(
        into path: String, _ reading: RowReading, run: @escaping @Sendable (_ path: String) async throws -> LifeEnding
    ) {
        (self.path, self.reading, self.run) = (path, reading, run)
    }

    private func ask() async throws -> RowFiles {
        switch try await run(path).exit {
        case .finished: return RowFiles(path, reading)
        case .killed: throw OutputError(message: "the command that prints the rows was killed")
        case .failed(let diagnosis): throw OutputError(message: "the command that prints the rows: \(diagnosis.cause)")
        }
    }

    /// A command that fails has found nothing yet.
    func activity(isAnew: Bool) async throws -> UInt64 {
        try await last.activity(isAnew: isAnew) {
            guard let rows = try? await ask() else { return 0 }
            var sum: UInt64 = 1
            let lines = LineDeliveries(rows.path) { line in
                var one = RowSum()
                one.add(line)
                return Int(truncatingIfNeeded: one.value)
            }
            try lines.forEachDelivery { sum = sum &* 31 &+ UInt64(truncatingIfNeeded: $0.number ?? 0) }
            return sum
        }
    }

    func isHidden() -> Bool { false }

    func tally(of count: Int) async throws -> Tally { try await ask().tally(of: count) }

    func remove() {}
}
