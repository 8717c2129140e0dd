// Where the records of a load lie: the pattern, the production and the layout are of one mind.
@testable import Evidence
@testable import Judgement
import Foundation
import Testing
import World

@testable import Engine

@Suite("A load's records lie where its pattern puts them")
struct LoadLayoutTests {
    static let patterns: [(weights: [Int], transactions: LoadPattern.Transactions?)] = [
        ([], nil), ([1, 1, 1], nil), ([693, 1, 1], nil), ([3, 0, 2], nil), ([0, 0, 5], nil),
        ([], .init(records: 1)), ([], .init(records: 4, abortedPercent: 30)),
        ([5, 0, 1], .init(records: 3, abortedPercent: 50)), ([2, 1, 1], .init(records: 7, abortedPercent: 99)),
    ]

    @Test("the layout holds what the production makes, wherever it is cut into parts", arguments: patterns)
    func layout(weights: [Int], transactions: LoadPattern.Transactions?) {
        let pattern = LoadPattern(weights: weights, transactions: transactions)
        for parts in [[0], [1], [50], [20, 30], [7, 0, 1, 42]] {
            var production = LoadProduction(pattern, partitions: 3)
            var offsets: [[Offset]] = [[], [], []]
            var next: [Offset] = [0, 0, 0]
            var touched: Set<Int> = []
            var numbers: [Int] = []
            for part in parts {
                production.produce(part) { step in
                    switch step {
                    case .begin: touched = []
                    case .record(let number, let partition):
                        let place = pattern.place(of: number, partitions: 3)
                        #expect(place.partition == Int(partition))
                        #expect(place.ordinal == offsets[Int(partition)].count)
                        #expect(pattern.record(place.ordinal, of: place.partition, partitions: 3) == number)
                        offsets[Int(partition)].append(next[Int(partition)])
                        next[Int(partition)] += 1
                        touched.insert(Int(partition))
                        numbers.append(number)
                    case .abortedRecord(_, let partition):
                        next[Int(partition)] += 1
                        touched.insert(Int(partition))
                    case .commit, .abort: for partition in touched { next[partition] += 1 }
                    }
                }
            }
            let layout = TopicLayout(pattern, parts: parts, starts: [0, 0, 0])
            #expect(numbers == Array(0..<parts.reduce(0, +)))
            #expect(layout.ends == next)
            #expect(layout.counts == pattern.spread(parts.reduce(0, +), partitions: 3))
            for (partition, offsets) in zip(layout.partitions, offsets) {
                #expect((0..<partition.count).map { partition.offset(of: $0) } == offsets)
                for offset in 0...partition.end {
                    #expect(partition.rank(of: offset) == offsets.count { $0 < offset })
                }
                for records in 0...partition.count {
                    #expect(partition.offset(behind: records) == (records == 0 ? 0 : offsets[Int(records) - 1] + 1))
                }
            }
        }
    }

    @Test("weights spread a partition's records over the round, and equal ones are none")
    func weights() {
        let pattern = LoadPattern(weights: [4, 2, 2])
        #expect(pattern.weights == [2, 1, 1])
        #expect((0..<8).map { pattern.place(of: $0, partitions: 3).partition } == [0, 1, 2, 0, 0, 1, 2, 0])
        #expect(LoadPattern(weights: [7, 7, 7]) == LoadPattern())
    }

    @Test(
        "of a hundred transactions as many are aborted as the pattern says, in addition to the load's",
        arguments: [0, 1, 30, 50, 99])
    func aborted(percent: Int) {
        var production = LoadProduction(
            LoadPattern(transactions: .init(records: 2, abortedPercent: percent)), partitions: 1)
        var ends: [LoadStep] = []
        production.produce(2 * (100 - percent)) { step in if step == .commit || step == .abort { ends.append(step) } }
        #expect(ends.count == 100)
        #expect(ends.count { $0 == .abort } == percent)
        #expect(production.abortedRecords == 2 * percent)
    }

    @Test("a pattern and a layout are read back as they were written; what no load can have is refused")
    func coding() throws {
        let pattern = LoadPattern(weights: [3, 0, 1], transactions: .init(records: 5, abortedPercent: 30))
        var shape = LoadShape.small(pattern: pattern)
        shape.found = TopicLayout(pattern, parts: [20], starts: [5, 0, 2])
        let data = try JSONEncoder().encode(shape)
        #expect(try JSONDecoder().decode(LoadShape.self, from: data) == shape)
        for text in [
            #"{"weights":[-1,2]}"#, #"{"weights":[0,0]}"#, #"{"weights":[9223372036854775807,1]}"#,
            #"{"transactions":{"records":0,"abortedPercent":1}}"#,
            #"{"transactions":{"records":1,"abortedPercent":100}}"#,
        ] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(LoadPattern.self, from: Data(text.utf8)) }
        }
        for text in [#"{"start":0,"end":4,"stretches":[2,1]}"#, #"{"start":0,"end":1,"stretches":[0,2]}"#] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(PartitionLayout.self, from: Data(text.utf8))
            }
        }
    }
}
