// The core repeats exactly: no clock, no chance but the seeded one.
import Testing

@Suite struct DeterminismTests {
    /// The modules that run alike in the real and the simulated world.
    static let core: Set = [
        "World", "Ingestion", "Evidence", "Judgement", "Engine", "WriteAheadLog", "KafkaWire", "BrokerCore",
        "BrokerScript",
    ]

    /// What would make two runs of one seed differ, as it is written in code.
    static let forbidden = [
        "SystemRandomNumberGenerator", ".random(", ".randomElement()", ".shuffled()", ".shuffle()", "Date()",
        "Date.now", "ContinuousClock", "SuspendingClock", "DispatchTime", "clock_gettime", "UUID()", "Task.sleep",
    ]

    @Test(arguments: forbidden)
    func theCoreHasNoClockAndNoUnseededChance(word: String) {
        for file in Repository.swiftFiles(of: Self.core) {
            for line in file.code where line.text.contains(word) && !line.text.contains("using:") {
                Issue.record("\(file.path):\(line.number): \(word) makes runs of one seed differ")
            }
        }
    }
}
