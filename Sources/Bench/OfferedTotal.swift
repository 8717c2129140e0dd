// How many records an open loop offers: a rate for a time, held against what can be numbered and kept.
internal import Harness
internal import World

/// The records of an open loop.
public enum OfferedTotal {
    /// Refuses a rate and a time that make more records than a run can have.
    ///
    /// - Throws: `NumberError` naming `thing`.
    public static func check(_ recordsPerSecond: Double, _ seconds: Double, _ thing: String) throws {
        let most = ScenarioLimits.records.upperBound
        try NumberCheck.check(recordsPerSecond * seconds, 0...Double(most), thing, unit: "records")
    }
}
