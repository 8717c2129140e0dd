// Threads for tasks: all calls are made, at once, and waited for.
import Posix
import Synchronization
import Testing
import World

@Suite struct PlainThreadsTests {
    @Test(arguments: [0, 1, 2, 17])
    func everyCallIsMadeOnceAndWaitedFor(count: Int) throws {
        let calls = Calls()
        try PlainThreads().run(count) { number in calls.numbers.withLock { $0.append(number) } }
        #expect(calls.numbers.withLock { $0.sorted() } == Array(0..<count))
    }

    @Test func callsRunAtOnce() throws {
        // Each waits until both have begun, so one after the other would never end.
        let calls = Calls()
        try PlainThreads().run(2) { number in
            calls.numbers.withLock { $0.append(number) }
            while calls.numbers.withLock({ $0.count }) < 2 { MonotonicClock().sleep(100_000) }
        }
        #expect(calls.numbers.withLock { $0.count } == 2)
    }

    @Test func theSimulatedWorldCallsInOrder() {
        let calls = Calls()
        CallingThread().run(3) { number in calls.numbers.withLock { $0.append(number) } }
        #expect(calls.numbers.withLock { $0 } == [0, 1, 2])
    }

    private final class Calls: Sendable {
        let numbers = Mutex<[Int]>([])
    }
}
