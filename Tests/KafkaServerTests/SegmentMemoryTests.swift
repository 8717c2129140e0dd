// Memory that segments leave: taken again where nobody shows it any more, and never more than may be kept.
import BrokerCore
import NIOCore
import Testing

@testable import KafkaServer

struct SegmentMemoryTests {
    private let memory = SegmentMemory(byteLimit: 3 << 20)

    private func segment(_ byteCapacity: Int, filledWith byte: UInt8, count: Int = 100) throws -> BufferSegment {
        let segment = BufferSegment(byteCapacity: byteCapacity, baseOffset: 0, in: SegmentHome(memory: memory))
        let batch = [UInt8](repeating: byte, count: count)
        #expect(try batch.withUnsafeBytes { try segment.append($0, baseOffset: 0, leaderEpoch: 0) })
        return segment
    }

    private func address(_ segment: BufferSegment) -> UnsafeRawPointer? { segment.withBytes(0..<1) { $0.baseAddress } }

    @Test("gives a segment's memory to the next of its size", arguments: [1 << 20, (1 << 20) - 5])
    func again(byteCapacity: Int) throws {
        let first = try segment(1 << 20, filledWith: 1)
        let place = address(first)
        first.discard(logEnd: nil)
        #expect(memory.byteCount == 1 << 20)
        let other = try segment(2 << 20, filledWith: 2)
        #expect(address(other) != place)
        let next = try segment(byteCapacity, filledWith: 3, count: 50)
        #expect(address(next) == place)
        #expect(memory.byteCount == 0)
        // What it had before is not a part of it.
        #expect(next.byteCount == 50)
        #expect(next.slice(0..<100) == nil)
        #expect(next.slice(49..<50)?.readableBytesView.first == 3)
    }

    @Test("leaves memory to an answer that is still being sent of it")
    func shared() throws {
        let first = try segment(1 << 20, filledWith: 1)
        let place = address(first)
        let answer = first.slice(20..<100)
        first.discard(logEnd: nil)
        #expect(memory.byteCount == 0)
        #expect(address(try segment(1 << 20, filledWith: 2)) != place)
        #expect(answer.map { Array($0.readableBytesView) } == [UInt8](repeating: 1, count: 80))
    }

    @Test("keeps no more than it may, and gives back what nobody has taken from one look to the next")
    func bounded() throws {
        for segment in try (0..<4).map({ try segment(1 << 20, filledWith: $0) }) { segment.discard(logEnd: nil) }
        #expect(memory.byteCount == 3 << 20)
        memory.removeIdle()
        #expect(memory.byteCount == 3 << 20)
        // One is in use, and the newest of the others comes back in time.
        let used = try [segment(1 << 20, filledWith: 1), segment(1 << 20, filledWith: 2)]
        used[0].discard(logEnd: nil)
        memory.removeIdle()
        #expect(memory.byteCount == 1 << 20)
        memory.removeIdle()
        #expect(memory.byteCount == 0)
        used[1].discard(logEnd: nil)
        memory.removeIdle()
        #expect(memory.byteCount == 1 << 20)
    }
}
