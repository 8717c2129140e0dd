// Reading the ranges of a batch: what it asks for does not grow with the square of the partitions.
@testable import Ingestion
import Simulation
import Testing
import World

@testable import Engine

@Suite("Reading ranges")
struct RangeReaderTests {
    @Test("asks for a batch's ranges once, however many tasks read them", arguments: [1, 100, 10_000])
    func asksOnce(partitions: Int) throws {
        let broker = SimulatedBroker(topic: "wide", partitions: partitions)
        for partition in 0..<partitions { broker.produce(to: Partition(partition), value: [7]) }
        let configuration = EngineConfiguration(
            strategy: .direct, sink: .append, directory: "/run", group: "g",
            starts: Array(repeating: 0, count: partitions), ends: Array(repeating: 1, count: partitions),
            cuts: .count(block: 1, batch: partitions))
        let seams = Seams(broker: broker, disk: SimulatedDisk(), clock: SimulatedClock(), crash: CrashSwitch())
        let storage = UnsafeMutableRawPointer.allocate(byteCount: EngineCounters.byteCount, alignment: 4096)
        defer { storage.deallocate() }
        storage.initializeMemory(as: UInt8.self, repeating: 0, count: EngineCounters.byteCount)
        let counters = EngineCounters(storage: storage)
        let reader = RangeReader(
            configuration: configuration, seams: seams, counters: counters,
            dataLoss: DataLoss(configuration: configuration, seams: seams, counters: counters))
        defer { reader.close() }

        let ranges = configuration.partitions.map { OffsetRange(partition: $0, from: 0, until: 1) }
        let block = Block()
        for batch in 1...2 as ClosedRange<Int64> {
            var asked = 0
            var pieces = 0
            for range in ranges {
                func all() -> [OffsetRange] {
                    asked += 1
                    return ranges
                }
                try reader.read(range, of: (batch, false), into: block, all: all) { pieces += block.recordCount }
            }
            #expect(asked == 1 && pieces == partitions, "batch \(batch)")
        }
    }

    @Test("which piece of its partition's range a task is", arguments: [1, 3])
    func pieces(perPartition: Int) {
        let tasks = (0..<4).flatMap { partition in
            (0..<perPartition).map { piece in
                TaskInput.range(
                    OffsetRange(partition: Partition(partition), from: Offset(piece), until: Offset(piece + 1)))
            }
        }
        let batch = PlannedBatch(number: 1, tasks: tasks + [.shuffled(0)])
        #expect(tasks.indices.map(batch.piece) == tasks.indices.map { $0 % perPartition })
        #expect(batch.piece(of: tasks.count) == 0)
    }
}
