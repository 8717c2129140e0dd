// One unit of an atlas: a strategy and a sink whose every crash is tried. Units are what is sharded, resumed and merged.
internal import Engine
public import Ingestion
public import Judgement

/// One strategy and sink of an atlas.
public struct AtlasUnit: Codable, Hashable, Sendable {
    /// How records get in.
    public var strategy: Strategy
    /// Where output goes.
    public var sink: SinkKind
    /// Which of Spark's deviations the engine reproduces.
    public var fidelity: Fidelity
    /// The load.
    public var shape: LoadShape
    /// Chooses payloads, and the bytes at which files are torn.
    public var seed: UInt64
    /// Records that arrive while the engine is down; the batch after the crash then takes all there is.
    public var arrivals: Int
    /// Crashes one after the other, at least 1: each but the first in the recovery from the one before.
    public var depth: Int
    /// How many of the worlds that the crashes of a depth leave, evenly spread, are crashed again at the next; at least 1.
    public var secondCrashes: Int
    /// How many seeded states of the disk, and seeded tears, are tried at each point, besides those that are always tried.
    public var seededStates: Int
    /// The bug that was planted in the engine; nil for none.
    public var bug: PlantedBug?

    /// Makes a unit.
    public init(
        strategy: Strategy, sink: SinkKind, fidelity: Fidelity, shape: LoadShape, seed: UInt64, arrivals: Int = 0,
        depth: Int = 1, secondCrashes: Int = 24, seededStates: Int = 2, bug: PlantedBug? = nil
    ) {
        self.strategy = strategy
        self.sink = sink
        self.fidelity = fidelity
        self.shape = shape
        self.seed = seed
        self.arrivals = arrivals
        self.depth = depth
        self.secondCrashes = secondCrashes
        self.seededStates = seededStates
        self.bug = bug
    }

    /// The unit's name, unique within an atlas.
    public var name: String {
        "\(strategy.rawValue)/\(sink.rawValue)" + (arrivals > 0 ? "/\(arrivals)-arrive" : "")
    }

    /// The schedule whose lives end like this.
    func schedule(_ lives: [Schedule.Life]) -> Schedule {
        Schedule(
            strategy: strategy, sink: sink, fidelity: fidelity, shape: shape, seed: seed,
            restartBatch: arrivals > 0 ? .unlimited : .limited, lives: lives, bug: bug)
    }

    /// The units of an atlas over `strategies` and `sinks`, in order; with arrivals where they decide what a batch holds.
    public static func all(
        strategies: [Strategy], sinks: [SinkKind], template: AtlasUnit
    ) -> [AtlasUnit] {
        var units: [AtlasUnit] = []
        for strategy in strategies where strategy.hasOutput {
            for sink in sinks where strategy.canWrite(to: sink) {
                var unit = template
                unit.strategy = strategy
                unit.sink = sink
                units.append(unit)
                if !strategy.isReceiver, template.shape.batchRecords > 0 {
                    unit.arrivals = template.shape.batchRecords
                    units.append(unit)
                }
            }
        }
        return units
    }
}

extension AtlasUnit {
    /// What decides how long it takes, in words.
    package var sizeInWords: String {
        let deep = depth == 1 ? "" : ", depth \(depth), \(secondCrashes) crashed again"
        return "\(shape.records) records, \(shape.partitions) partitions, \(fidelity.name)\(deep)"
    }
}
