// What every kill of one life leaves, from living it once; and how much of what is exhaustive a test run tries.
import Engine
import Foundation
import Judgement
import Simulation
import World

/// How thorough the tests are that try everything.
enum Thoroughness {
    /// Whether they try all there is, which takes minutes in a debug build: `make test-long`, or `KBENCH_EXHAUSTIVE=1`.
    static let isExhaustive = ProcessInfo.processInfo.environment["KBENCH_EXHAUSTIVE"] == "1"

    /// One in so many is tried; all of them where nothing is to be left out.
    static func oneIn(_ share: Int, always least: Int = 1) -> Int { isExhaustive ? least : share }
}

/// What the kills of one life leave.
struct Kills {
    /// A number for each kill. Those between which nothing was written leave the same and have the same number.
    private(set) var places: [ArmedCrash: Int] = [:]
    /// By number, a run whose life was killed there. It is shared: fork it before it lives on.
    private(set) var worlds: [SimulatedRun] = []

    /// Lives the next life of `run` to its end, looking at every point, or at those `where` says so. A torn point is looked
    /// at with half of its bytes there.
    init(of run: SimulatedRun, where isWanted: @escaping (ArmedCrash) -> Bool = { _ in true }) throws {
        var place: (version: SimulatedRun.WorldVersion, number: Int)?
        var (places, worlds) = (places, worlds)
        try run.explore { point, occurrence in
            // At these a task fails and the life goes on.
            guard point.isDeath else { return }
            let crash = ArmedCrash(point, at: occurrence)
            guard isWanted(crash) else { return }
            guard point.moment != .torn else {
                // It is undone again, so it stays by itself.
                places[crash] = worlds.count
                worlds.append(run.fork())
                return
            }
            let version = run.version(after: nil, isLast: true)
            if place?.version != version {
                place = (version, worlds.count)
                worlds.append(run.fork())
            }
            places[crash] = place?.number
        }
        (self.places, self.worlds) = (places, worlds)
    }

    /// How often the life passes a point.
    func occurrences(of point: CrashPoint) -> Int { places.keys.count { $0.point == point } }
}

/// The counts that a closed form speaks about.
struct Counts: Equatable {
    var duplicates: Int
    var ingestDuplicates: Int
    var lost: Int
    var corrupted: Int
    var delivered: Int

    init(_ verdict: Verdict) {
        duplicates = verdict.duplicates
        ingestDuplicates = verdict.ingestDuplicates
        lost = verdict.lost
        corrupted = verdict.corrupted
        delivered = verdict.delivered
    }

    /// What must come of `produced` records.
    init(_ expected: ExpectedOutcome, produced: Int) {
        duplicates = expected.duplicates
        ingestDuplicates = expected.ingestDuplicates
        lost = expected.lost
        corrupted = 0
        delivered = produced - expected.lost + expected.duplicates
    }
}
