// The memory of blocks: handed on from those that are gone, and never held by two.
import Testing
import World

@Suite struct BlockMemoryTests {
    private let memory = BlockMemory()

    @Test func aBlockThatIsGoneLeavesItsMemoryToTheNext() {
        for number in 0..<3 {
            let block = Block(capacity: 1000, memory: memory)
            #expect(memory.spareByteCount == 0)
            block.append(Record(0, Offset(number), [1, 2, 3]))
            #expect(block.records == [Record(0, Offset(number), [1, 2, 3])])
        }
        #expect(memory.spareByteCount == 1000)
    }

    @Test func blocksThatLiveAtOnceShareNothing() {
        let blocks = (0..<3).map { Block(capacity: 1000 + $0, memory: memory) }
        for (number, block) in blocks.enumerated() { block.append(Record(Partition(number), 7, [UInt8(number)])) }
        for (number, block) in blocks.enumerated() {
            #expect(block.records == [Record(Partition(number), 7, [UInt8(number)])])
        }
    }

    @Test func aPieceThatIsTooSmallIsReplaced() {
        _ = Block(capacity: 1000, memory: memory)
        _ = Block(capacity: 5000, memory: memory)
        #expect(memory.spareByteCount == 5000)
    }

    @Test func aBlockThatGrowsGivesItsFirstMemoryBack() {
        let block = Block(capacity: 1000, memory: memory)
        block.append(Record(0, 0, [UInt8](repeating: 1, count: 400)))
        block.append(Record(0, 1, [UInt8](repeating: 2, count: 3000)))
        #expect(memory.spareByteCount == 1000)
        #expect(block.records.map(\.value?.count) == [400, 3000])
    }

    @Test func aBlockMayOutliveWhoeverMadeIt() {
        var memory: BlockMemory? = BlockMemory()
        let block = Block(capacity: 1000, memory: memory)
        memory = nil
        block.append(Record(0, 0, [9]))
        #expect(block.records == [Record(0, 0, [9])])
    }
}
