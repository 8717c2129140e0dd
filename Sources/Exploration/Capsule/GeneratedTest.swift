// Writes a Swift test from a schedule, to be kept beside the fix.
internal import Engine
internal import Foundation
internal import Ingestion

extension Schedule {
    /// The schedule as JSON, without the bug: the promise is to be kept.
    ///
    /// - Throws: `EncodingError`.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Reads what ``json()`` wrote.
    ///
    /// - Throws: `DecodingError`.
    public init(json: String) throws { self = try JSONDecoder().decode(Schedule.self, from: Data(json.utf8)) }

    /// How the text of a generated test begins.
    public static let generatedTestBeginning = "// Found by exploration and made small: "

    /// A Swift test that fails as long as the promise is broken. With a planted bug's name in the environment as
    /// `KBENCH_PLANT_BUG` the bug is planted, and the test is to fail.
    ///
    /// - Throws: `EncodingError`.
    public func generatedTest(breach: Breach) throws -> String {
        var sound = self
        sound.bug = nil
        let name = "\(strategy)\(sink.rawValue.capitalizedWords)\(breach.rawValue.capitalizedWords)"
        let json = try sound.json().split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        return """
            \(Schedule.generatedTestBeginning)\(breach.rawValue) with \(strategy.rawValue) and \(sink.rawValue).
            \("import") Exploration
            \("import") Testing

            /// \(ending)
            @Test func \(name)\(String(traceName.prefix(8)))() throws {
                let schedule = try Schedule(
                    json: #\"""
            \(json.split(separator: "\n").map { "        \($0)" }.joined(separator: "\n"))
                        \"""#)
                #expect(schedule.withPlantedBugOfEnvironment.check() == nil)
            }

            """
    }

    /// The schedule with the bug that `KBENCH_PLANT_BUG` names; as it is when that is not set.
    public var withPlantedBugOfEnvironment: Schedule {
        var schedule = self
        schedule.bug = ProcessInfo.processInfo.environment["KBENCH_PLANT_BUG"].flatMap { PlantedBug(rawValue: $0) }
        return schedule
    }

    private var traceName: String { run().traceHash }
}

extension String {
    /// `offset-keyed` as `OffsetKeyed`.
    fileprivate var capitalizedWords: String {
        split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
