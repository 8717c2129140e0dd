// --dry-run: what a long command would run, and how long it takes; a real run begins with the same line.
internal import ArgumentParser
internal import Posix
internal import Rendering
internal import Results
internal import World

/// Whether nothing is to be run.
struct DryRunOption: ParsableArguments {
    @Flag(help: "Say what would run and how long it takes, and run nothing.")
    var dryRun = false
}

/// What a command is going to do, how long that takes by what is kept here, and how long it took.
struct Forecast {
    /// What is said of it.
    let estimate: EstimateResult
    private let work: PlannedWork
    private let began = MonotonicClock().now()

    /// Estimates by what is kept in a folder for results, and tells whoever watches a real run how long it takes.
    init(_ work: PlannedWork, in folder: String, isDry: Bool, isQuiet: Bool) {
        self.work = work
        estimate = EstimateResult(work, kept: KeptPaces.inside(folder))
        if !isDry, !isQuiet, StandardStreams.isTerminal(2) {
            StandardStreams.writeErrorLine("\(estimate.line) (\(estimate.reason))")
        }
    }

    /// What the next estimates are from, as a file to keep; none where an interrupted command was gone on with, as it did
    /// not all run now.
    ///
    /// - Parameters:
    ///   - units: How many units ran; nil: as many as planned.
    ///   - isResumed: Whether some had run before.
    /// - Returns: the file's text by its name.
    /// - Throws: `EncodingError` for a number that is not finite.
    func files(units: Int? = nil, isResumed: Bool = false) throws -> [String: String] {
        let units = units ?? work.units
        guard !isResumed, units > 0 else { return [:] }
        let seconds = Double(MonotonicClock().now() - began) / 1e9
        let pace = Pace(kind: work.kind, size: work.size, units: units, seconds: seconds)
        return [ResultsFolder.paceFile: try KeptPaces.text(of: pace)]
    }
}

extension VerdictOptions {
    /// Prints an estimate, which judges nothing.
    ///
    /// - Throws: as ``writeAny(_:place:)``.
    func write(_ estimate: EstimateResult) throws { try writeAny(estimate) }
}
