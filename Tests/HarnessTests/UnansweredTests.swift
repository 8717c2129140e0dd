// N7: what a person sees when a receiver's checkpoint, event log and group do not answer each other.
import Engine
import Testing
import World

@testable import Harness

@Suite("N7: a state that has lost something says which folder, which batch, and what to do")
struct UnansweredTests {
    @Test(arguments: [
        (EngineError.Code.unansweredCheckpoint, "the checkpoint says that batch 8 is pending"),
        (.unansweredCommit, "the group has committed offset 15 of partition 1"),
    ])
    func message(code: EngineError.Code, cause: String) {
        let diagnosis = Diagnosis(of: EngineError(code, cause, location: "runs/7/state/wal/events"))
        #expect(diagnosis.cause == "\(cause) (runs/7/state/wal/events)")
        #expect(diagnosis.exitCode == .internalError)
        #expect(diagnosis.fix.hasPrefix("restore runs/7/state from a copy"))
        #expect(diagnosis.fix.contains("kbench offsets import FILE kafka:GROUP"))
    }
}
