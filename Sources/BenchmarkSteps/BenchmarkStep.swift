// One step that is measured: its name, how often it is done in one go, and what it does.
internal import Judgement

/// A step that `Benchmarks` measures and the tests run once.
public struct BenchmarkStep {
    /// The name, without spaces: the thresholds of others are written to a file and not found again.
    public let name: String
    /// How many times the body is called in one measurement: 1, or 1000 for what lasts microseconds.
    public let repetitions: Int
    /// Prepares and calls its argument with the body, which may be called any number of times, and cleans up.
    public let run: (_ measure: (_ body: () throws -> Void) throws -> Void) throws -> Void

    /// What the body does a number of, that is to be told as a rate; nil where a call of the body is one of it.
    public let tally: Tally?

    /// Things done, over all calls of a body.
    public final class Tally {
        /// What they are, such as `Schedules`.
        public let things: String
        /// How many were done so far.
        public internal(set) var count = 0

        init(_ things: String) { self.things = things }
    }

    /// Makes a step.
    init(
        _ name: String, repetitions: Int = 1, tally: Tally? = nil,
        _ run: @escaping ((() throws -> Void) throws -> Void) throws -> Void
    ) {
        self.name = name
        self.repetitions = repetitions
        self.tally = tally
        self.run = run
    }

    /// Every step; files lie in `folder`, which is made and removed.
    public static func all(folder: String) -> [BenchmarkStep] {
        simulationSteps() + logSteps(folder: folder) + blockSteps()
    }
}

/// What a step did was not what it is measured for.
struct WrongStep: Error {
    let message: String

    /// Throws unless the step did what it should.
    static func check(_ isRight: Bool, _ message: @autoclosure () -> String) throws {
        if !isRight { throw WrongStep(message: message()) }
    }
}
