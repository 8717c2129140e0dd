// The tables of strategies and sinks: what the rest of the project asks for in place of a name.
@testable import Ingestion
import Testing
import World

@testable import Engine

@Suite("Traits")
struct TraitsTests {
    @Test("those of a strategy follow each other", arguments: Strategy.allCases)
    func strategies(strategy: Strategy) {
        let traits = strategy.traits
        // What drops its records owns nothing; what does not is killed where it costs most.
        #expect(strategy.hasOutput == (traits.offsets != .nobody))
        #expect(strategy.hasOutput == (traits.dearestCrash != nil))
        #expect(strategy.isReceiver || strategy.isDirect == strategy.hasOutput)
        // A plan that is there before its job is there after a crash.
        #expect(!traits.repeatsItsBatches || traits.losesNothing)
        // Nothing that promises not to lose a record commits offsets ahead of it.
        #expect(!(traits.losesNothing && traits.commitsUnasked))
        // A log of blocks is what makes a receiver lose nothing.
        #expect(!strategy.isReceiver || traits.logsBlocks == traits.losesNothing)
        #expect(strategy.isReceiver || !traits.logsBlocks)
    }

    @Test("a strategy that keeps its offsets in the sink writes to a sink that keeps them alone")
    func pairs() {
        for strategy in Strategy.allCases {
            let sinks = SinkKind.allCases.filter(strategy.canWrite)
            #expect(
                sinks == (strategy == .directTransactional ? [.transactional, .kafkaTransactional] : SinkKind.allCases))
        }
    }

    @Test("those of a sink follow each other", arguments: SinkKind.allCases)
    func sinks(sink: SinkKind) {
        #expect(sink.traits.keepsRows || sink.showsEveryWrite)
        // Offsets that change with the rows tell the rows apart.
        #expect(!sink.traits.keepsOffsets || (sink.isKeyedByOffset && sink.isAtomicPerTask))
        #expect(SinkKind.keepingRows.contains(sink) == sink.traits.keepsRows)
    }
}
