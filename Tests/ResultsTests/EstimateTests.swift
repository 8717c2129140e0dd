// How long a command takes that has not begun: by what was kept of the same kind and size, else by what is shipped.
import Results
import Testing

@Suite("Estimates before long runs") struct EstimateTests {
    private static let work = PlannedWork(
        kind: "matrix", unit: "cell", names: ["a", "b", "c", "d"], size: "small", shippedSeconds: 7)

    private static func kept(
        _ folder: String, _ seconds: Double, units: Int = 10, kind: String = "matrix", size: String = "small"
    ) -> KeptPace {
        KeptPace(folder: folder, pace: Pace(kind: kind, size: size, units: units, seconds: seconds))
    }

    /// What is kept, the seconds a unit that come of it, and the folders that they are from.
    static let cases: [(kept: [KeptPace], seconds: Double, from: [String])] = [
        ([], 7, []),
        ([kept("1", 20)], 2, ["1"]),
        ([kept("3", 90), kept("1", 20), kept("2", 30)], 3, ["1", "2", "3"]),
        // What is of another kind or size, or of no run at all, is as if it were not there.
        (
            [kept("1", 20), kept("2", 99, kind: "atlas"), kept("3", 99, size: "large"), kept("4", 1, units: 0)], 2,
            ["1"]
        ),
        ([kept("1", -20), kept("2", .infinity), kept("3", .nan), kept("4", 10, units: -1)], 7, []),
        // The newest five, by the times that folders' names begin with.
        ((1...9).map { kept("\($0)", Double($0) * 10) }, 7, ["5", "6", "7", "8", "9"]),
    ]

    @Test(arguments: cases)
    func theMiddleOfTheNewestDecides(kept: [KeptPace], seconds: Double, from: [String]) {
        let estimate = EstimateResult(Self.work, kept: kept)
        #expect(estimate.secondsPerUnit == seconds && estimate.from == from)
        #expect(estimate.basis == (from.isEmpty ? .shipped : .kept))
        #expect(estimate.units == 4 && estimate.seconds == 4 * seconds)
    }
}
