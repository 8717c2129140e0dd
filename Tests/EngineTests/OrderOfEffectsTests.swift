// The order in which each strategy changes the world, read from a trace.
@testable import Ingestion
@testable import Judgement
import Simulation
import Testing
import World

@testable import Engine

@Suite("Order of effects")
struct OrderOfEffectsTests {
    private func trace(_ strategy: Strategy) throws -> [String] {
        let shape = LoadShape.small(records: 4, partitions: 1, block: 4, batch: 4)
        let sink: SinkKind = strategy.canWrite(to: .append) ? .append : .transactional
        return try SimulatedRun(strategy: strategy, sink: sink, shape: shape).trace()
            .filter { $0.moment == .after }.map(\.effect.name)
    }

    @Test("a receiver logs, announces, and only then commits; its batch is durable before its job")
    func receiver() throws {
        #expect(
            try trace(.receiverWal) == [
                "recovery.open", "receiver.poll", "receiver.block.cut", "receiver.wal.append", "receiver.wal.sync",
                "receiver.event.append", "receiver.event.sync", "receiver.offsets.commit",
                "batch.allocation.append", "batch.allocation.sync", "batch.plan", "batch.submit",
                "checkpoint.generation.write", "checkpoint.generation.sync", "checkpoint.generation.rename",
                "task.read", "sink.write", "sink.sync",
                "checkpoint.completion.write", "checkpoint.completion.sync", "checkpoint.completion.rename",
                "cleanup.event.append", "cleanup.event.sync", "engine.idle",
            ])
    }

    @Test("log-first: the range is in the offset log before the job, the completion in the commit log after the sink")
    func logFirst() throws {
        #expect(
            try trace(.directLogFirst) == [
                "recovery.open", "batch.log.write", "batch.log.sync", "batch.log.rename", "batch.plan", "batch.submit",
                "task.read", "sink.write", "sink.sync",
                "batch.complete.write", "batch.complete.sync", "batch.complete.rename", "engine.idle",
            ])
    }

    @Test("direct: the job is submitted before the checkpoint that carries its range")
    func drift() throws {
        #expect(
            try trace(.direct) == [
                "recovery.open", "batch.plan", "batch.submit",
                "checkpoint.generation.write", "checkpoint.generation.sync", "checkpoint.generation.rename",
                "task.read", "sink.write", "sink.sync",
                "checkpoint.completion.write", "checkpoint.completion.sync", "checkpoint.completion.rename",
                "engine.idle",
            ])
    }

    @Test("direct-transactional: nothing is durable but what the sink commits, task by task")
    func transactional() throws {
        #expect(
            try trace(.directTransactional) == [
                "recovery.open", "batch.plan", "batch.submit", "task.read", "sink.write", "sink.commit", "sink.sync",
                "engine.idle",
            ])
    }

    @Test("raw changes nothing in the world")
    func raw() throws {
        let shape = LoadShape.small()
        let run = SimulatedRun(strategy: .raw, sink: .append, shape: shape)
        #expect(try run.trace().map(\.description) == ["engine.idle.before", "engine.idle.after"])
        #expect(run.disk.paths.isEmpty)
        #expect(run.counters[.recordsFetched] == UInt64(shape.records))
    }
}
