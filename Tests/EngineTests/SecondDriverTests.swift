// A second driver on the same state, begun at every step of the first: one goes on, the other is told, nothing is twice.
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("A second driver")
struct SecondDriverTests {
    private static let shape = LoadShape.small(records: 24, partitions: 2, block: 2, batch: 6)

    /// How a driver ended: nil as long as it has not.
    private enum Ending: Equatable {
        case finished
        case stopped(EngineError.Code)
    }

    /// One more step of a driver.
    private func step(_ engine: IngestionEngine, _ ending: inout Ending?) throws {
        guard ending == nil else { return }
        do {
            if try !engine.step() { ending = .finished }
        } catch let error as EngineError {
            ending = .stopped(error.code)
        }
    }

    /// The first driver takes `head` steps, then a second one is opened, and both go on by turns, the first `stride`
    /// steps at a time.
    private func race(_ strategy: Strategy, head: Int, stride: Int) throws -> (Ending?, Ending?, Verdict) {
        let run = SimulatedRun(strategy: strategy, sink: .transactional, shape: Self.shape)
        let first = try run.open(named: "first")
        var endings: (Ending?, Ending?) = (nil, nil)
        for _ in 0..<head { try step(first, &endings.0) }
        let second = try run.open(named: "second")
        while endings.0 == nil || endings.1 == nil {
            for _ in 0..<stride { try step(first, &endings.0) }
            try step(second, &endings.1)
        }
        return (endings.0, endings.1, try run.verdict())
    }

    @Test("log-first: the offset log lets one of them plan a batch", arguments: 0..<20, [1, 2, 3, 0])
    func logFirst(head: Int, stride: Int) throws {
        let (first, second, verdict) = try race(.directLogFirst, head: head, stride: stride == 0 ? 1000 : stride)
        #expect(verdict.duplicates == 0 && verdict.lost == 0, "\(verdict)")
        let endings = [first, second]
        #expect(endings.contains(.finished))
        #expect(endings.allSatisfy { $0 == .finished || $0 == .stopped(.concurrentDriver) })
        // Both finish only where neither had a batch left to plan.
        if first == .finished, second == .finished { #expect(head >= 12 || stride == 0) }
    }

    @Test("direct-transactional: the second always goes on, the first is out", arguments: 0..<20, [1, 2, 3])
    func transactional(head: Int, stride: Int) throws {
        let (first, second, verdict) = try race(.directTransactional, head: head, stride: stride)
        #expect(verdict.duplicates == 0 && verdict.lost == 0, "\(verdict)")
        #expect(second == .finished)
        #expect(first == .finished || first == .stopped(.fenced))
        // Four batches of a plan, two tasks and an end: before the last task is through, there is something to stop.
        if head < 15 { #expect(first == .stopped(.fenced)) }
    }

    @Test(
        "checkpoints: the lock keeps the second out for as long as the first lives",
        arguments: [Strategy.direct, .receiver, .receiverReliable, .receiverWal])
    func locked(strategy: Strategy) throws {
        let run = SimulatedRun(strategy: strategy, sink: .append, shape: Self.shape)
        let first = try run.open(named: "first")
        for _ in 0..<5 { _ = try first.step() }
        #expect {
            _ = try run.open(named: "second")
        } throws: {
            guard let error = $0 as? EngineError else { return false }
            return error.code == .concurrentDriver && error.message.contains("second")
                && error.message.contains("first")
        }
        try first.run()
        #expect(first.notes.count == 1)
        #expect(first.notes.allSatisfy { $0.contains("first") && $0.contains("second was refused") })
        let verdict = try run.verdict()
        #expect(verdict.duplicates == 0 && verdict.lost == 0)
        // The first is done, and so is its lock.
        #expect(try run.open(named: "third").notes == [])
    }

    @Test(
        "without the fence, as in Spark, nothing keeps a second driver out", arguments: [Strategy.direct, .receiverWal])
    func unfenced(strategy: Strategy) throws {
        let run = SimulatedRun(
            strategy: strategy, sink: .append, shape: Self.shape, fidelity: Fidelity([.skipsDriverFence]))
        let first = try run.open(named: "first")
        _ = try first.step()
        _ = try run.open(named: "second")
        #expect(!run.disk.paths.contains("/run/driver.lock"))
    }

    @Test("whoever goes on knows whose work it found")
    func notes() throws {
        let log = SimulatedRun(strategy: .directLogFirst, sink: .transactional, shape: Self.shape)
        let first = try log.open(named: "first")
        #expect(first.notes == [])
        _ = try first.step()
        #expect(try log.open(named: "second").notes == ["second goes on after batch 1, which first planned"])
        let database = SimulatedRun(strategy: .directTransactional, sink: .transactional, shape: Self.shape)
        #expect(try database.open(named: "first").notes == [])
        #expect(
            try database.open(named: "second").notes == ["second took over from driver 1 (first) at the stored offsets"]
        )
    }

    @Test("direct-transactional with another sink is refused")
    func impossibleSink() throws {
        let run = SimulatedRun(strategy: .directTransactional, sink: .append, shape: Self.shape)
        #expect {
            _ = try run.open(named: "driver")
        } throws: {
            ($0 as? EngineError)?.code == .impossibleSink
        }
    }
}
