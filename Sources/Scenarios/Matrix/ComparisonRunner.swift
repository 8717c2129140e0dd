// What runs a comparison, in worker processes or in the simulated world.
public import Harness
public import Results

/// Where the runs of a comparison take place.
public enum Worlds: String, CaseIterable, Sendable {
    /// Worker processes that die of SIGKILL; each run takes place in the simulated world too.
    case real
    /// One process, in memory, where a crash is a thrown error.
    case simulated
}

/// Runs a comparison in either world.
public protocol ComparisonRunner: Sendable {
    /// What comes out.
    associatedtype Result: ComparisonResult

    /// Runs all of it in the simulated world.
    ///
    /// - Throws: what an engine throws of itself.
    func runSimulated() throws -> Result

    /// Runs all of it in the simulated world and in worker processes, and compares the two.
    ///
    /// - Throws: ``Diagnosis``; no worker and no file is left behind then.
    func runReal(options: RunOptions) async throws -> Result
}
