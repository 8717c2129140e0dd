// What an observer is told: each record once it is durable, where a strategy says so, and once it is in the sink.
@testable import Ingestion
@testable import Judgement
import Simulation
import Synchronization
import Testing
import World

@testable import Engine

@Suite("What an observer is told")
struct StageObserverTests {
    /// Notes, in order, every offset it is told of.
    private final class Watcher: StageObserver {
        struct Note: Hashable {
            var stage: ObservedStage
            var partition: Partition
            var offset: Offset
        }

        private let notes = Mutex<[Note]>([])

        func reached(_ stage: ObservedStage, _ ranges: [OffsetRange]) {
            notes.withLock { notes in
                for range in ranges {
                    for offset in range.from..<range.until {
                        notes.append(Note(stage: stage, partition: range.partition, offset: offset))
                    }
                }
            }
        }

        var all: [Note] { notes.withLock { $0 } }
    }

    /// The strategies, and whether nothing can be lost any more before it is in the sink.
    static let strategies: [(strategy: Strategy, isDurableBefore: Bool)] = [
        (.receiver, false), (.receiverReliable, false), (.receiverWal, true), (.direct, true), (.directLogFirst, true),
        (.directCommit, false), (.directTransactional, false),
    ]

    @Test("every record comes to the sink, and before that to where nothing loses it", arguments: strategies)
    func everyRecord(strategy: Strategy, isDurableBefore: Bool) throws {
        let shape = LoadShape.small(records: 37, partitions: 3, block: 5, batch: 10)
        let sink: SinkKind = strategy.canWrite(to: .counting) ? .counting : .transactional
        let run = SimulatedRun(strategy: strategy, sink: sink, shape: shape)
        let watcher = Watcher()
        run.changeSeams = { seams in
            var seams = seams
            seams.observer = watcher
            return seams
        }
        _ = try run.live()
        let notes = watcher.all
        #expect(Set(notes.filter { $0.stage == .sink }).count == 37)
        #expect(Set(notes.filter { $0.stage == .durable }).count == (isDurableBefore ? 37 : 0))
        for (place, note) in notes.enumerated() where isDurableBefore && note.stage == .sink {
            var before = note
            before.stage = .durable
            #expect(notes[..<place].contains(before), "\(note)")
        }
    }
}
