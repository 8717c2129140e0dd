// Where logs begin and end as transactions and elections come and go.
import BrokerCore
import Testing

/// What happens to a log in these tests.
private enum Step: CustomStringConvertible {
    case append(Int64)
    case send(by: Int64, Int64)
    case commit(Int64)
    case abort(Int64)
    case forget(Int64)
    case truncate(Int64)
    case elect(losing: Int64)

    var description: String {
        switch self {
        case .append(let count): "+\(count)"
        case .send(let producer, let count): "p\(producer)+\(count)"
        case .commit(let producer): "p\(producer)c"
        case .abort(let producer): "p\(producer)a"
        case .forget(let offset): "<\(offset)"
        case .truncate(let offset): ">\(offset)"
        case .elect(let count): "e\(count)"
        }
    }
}

extension LogState {
    fileprivate init(after steps: [Step]) {
        self.init()
        for step in steps { take(step) }
    }

    fileprivate mutating func take(_ step: Step) {
        switch step {
        case .append(let count): append(count)
        case .send(let producer, let count): append(count, inTransactionOf: producer)
        case .commit(let producer): endTransaction(of: producer, aborts: false)
        case .abort(let producer): endTransaction(of: producer, aborts: true)
        case .forget(let offset): forget(before: offset)
        case .truncate(let offset): truncate(to: offset)
        case .elect(let count): elect(losing: count)
        }
    }
}

@Suite("The state of a log") struct LogStateTests {
    @Test("says what can be read, and what of it is committed")
    func ends() {
        let cases: [(steps: [Step], start: Int64, stable: Int64, end: Int64)] = [
            ([], 0, 0, 0), ([.append(3)], 0, 3, 3),
            ([.send(by: 1, 2)], 0, 0, 2), ([.append(1), .send(by: 1, 2), .append(4)], 0, 1, 7),
            ([.send(by: 1, 2), .commit(1)], 0, 3, 3), ([.send(by: 1, 2), .abort(1)], 0, 3, 3),
            // A marker where nothing is open takes an offset all the same.
            ([.commit(1)], 0, 1, 1), ([.send(by: 1, 1), .abort(2)], 0, 0, 2),
            ([.send(by: 1, 1), .send(by: 2, 1), .send(by: 1, 1), .commit(1)], 0, 1, 4),
            ([.send(by: 1, 1), .send(by: 2, 1), .abort(2)], 0, 0, 3),
            ([.send(by: 1, 4), .forget(2)], 2, 2, 4), ([.append(4), .forget(9)], 4, 4, 4),
            ([.append(4), .forget(2), .forget(1)], 2, 4, 4),
            ([.append(4), .truncate(2)], 0, 2, 2), ([.append(4), .truncate(9)], 0, 4, 4),
            ([.append(4), .forget(3), .truncate(1)], 3, 3, 3),
            ([.append(1), .send(by: 1, 2), .truncate(2)], 0, 1, 2),
            ([.append(1), .send(by: 1, 2), .truncate(1)], 0, 1, 1),
            // The marker is lost, and nobody knows how the transaction ended.
            ([.append(1), .send(by: 1, 2), .commit(1), .append(1), .truncate(3)], 0, 1, 3),
            ([.append(1), .send(by: 1, 2), .abort(1), .send(by: 1, 1), .truncate(3)], 0, 1, 3),
            ([.send(by: 1, 1), .send(by: 2, 1), .commit(1), .truncate(2)], 0, 0, 2),
            ([.append(5), .elect(losing: 0)], 0, 5, 5), ([.append(5), .elect(losing: 2)], 0, 3, 3),
            ([.append(5), .elect(losing: 9)], 0, 0, 0), ([.append(5), .forget(4), .elect(losing: .max)], 4, 4, 4),
        ]
        for (steps, start, stable, end) in cases {
            let state = LogState(after: steps)
            #expect(state.startOffset == start, "\(steps)")
            #expect(state.lastStableOffset == stable, "\(steps)")
            #expect(state.endOffset == end, "\(steps)")
        }
    }

    @Test("names the aborted transactions that a reader meets, and none that ended before or begin behind")
    func aborted() {
        // 0 1a 2a 3b 4:a aborts 5c 6:b commits 7c 8:c aborts 9 10a 11:a aborts
        let state = LogState(after: [
            .append(1), .send(by: 1, 2), .send(by: 2, 1), .abort(1), .send(by: 3, 1), .commit(2), .send(by: 3, 1),
            .abort(3), .append(1), .send(by: 1, 1), .abort(1),
        ])
        let cases: [(range: Range<Int64>, first: [Int64])] = [
            (0..<12, [1, 5, 10]), (0..<1, []), (0..<2, [1]), (4..<5, [1]), (5..<6, [5]), (5..<10, [5]),
            (8..<9, [5]), (9..<10, []), (9..<11, [10]), (11..<12, [10]), (12..<12, []),
        ]
        for (range, first) in cases {
            #expect(state.aborted(in: range).map(\.firstOffset) == first, "\(range)")
        }
        var shorter = state
        shorter.forget(before: 5)
        #expect(shorter.aborted(in: 5..<12).map(\.firstOffset) == [5, 10])
    }

    @Test("says where each epoch of a leader ends")
    func epochs() {
        let state = LogState(after: [
            .append(3), .elect(losing: 0), .elect(losing: 0), .append(4), .elect(losing: 2), .append(1),
        ])
        #expect(state.leaderEpoch == 3)
        let cases: [(epoch: Int32, found: Int32?, end: Int64?)] = [
            (-1, nil, nil), (0, 0, 3), (1, 0, 3), (2, 2, 5), (3, 3, 6), (4, nil, nil),
        ]
        for (epoch, found, end) in cases {
            #expect(state.end(ofEpoch: epoch)?.epoch == found, "\(epoch)")
            #expect(state.end(ofEpoch: epoch)?.endOffset == end, "\(epoch)")
        }
        #expect((0..<6).map { state.epoch(at: $0) } == [0, 0, 0, 2, 2, 3])
        var later = state
        later.forget(before: 4)
        #expect(later.end(ofEpoch: 1)?.endOffset == 4)
        #expect(later.end(ofEpoch: 2)?.endOffset == 5)
        later.forget(before: 6)
        #expect(later.end(ofEpoch: 2)?.endOffset == 6)
        // An election that takes whole epochs away.
        var cut = state
        cut.elect(losing: 5)
        #expect(cut.end(ofEpoch: 0)?.endOffset == 1)
        #expect(cut.end(ofEpoch: 3)?.epoch == 0)
        #expect(cut.end(ofEpoch: 4)?.endOffset == 1)
        cut.resume(leaderEpoch: 9)
        cut.resume(leaderEpoch: 5)
        #expect(cut.leaderEpoch == 9)
    }

    /// All sequences of up to five of these steps: what is lost leaves the log as if it had never been written.
    @Test("is after a cut what it was when it was as long", arguments: 1...5)
    func cuts(length: Int) {
        let steps: [Step] = [.append(1), .send(by: 1, 1), .send(by: 2, 1), .commit(1), .abort(1), .abort(2)]
        var number = 0
        var count = 1
        for _ in 0..<length { count *= steps.count }
        while number < count {
            var (rest, state, history): (Int, LogState, [LogState]) = (number, LogState(), [LogState()])
            for _ in 0..<length {
                state.take(steps[rest % steps.count])
                rest /= steps.count
                history.append(state)
            }
            for before in history {
                var cut = state
                cut.truncate(to: before.endOffset)
                guard cut != before else { continue }
                Issue.record("sequence \(number), cut to \(before.endOffset): \(cut) in place of \(before)")
                return
            }
            number += 1
        }
    }
}
