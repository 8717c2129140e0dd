// What a matrix, a comparison with another engine, and the claims would run.
internal import Harness
internal import Ingestion
internal import Judgement
public import Results
internal import World

extension MatrixPlan {
    /// The cells in a world. In the real one a cell is a worker's start, its death and another's life.
    public func work(in world: Worlds, shard: (number: Int, count: Int) = (1, 1)) -> PlannedWork {
        let (shape, groups) = (groups[0].shape, part(shard).groups)
        return PlannedWork(
            kind: "matrix", unit: "cell",
            names: groups.flatMap { group in
                group.cells.map { "\($0.strategy.rawValue)/\($0.sink.rawValue) \($0.crash)" }
            },
            size: "\(world.rawValue), \(shape.records) records, \(shape.partitions) partitions",
            shippedSeconds: world == .real ? 0.1 : 0.004)
    }
}

extension ReferenceRunner {
    /// The rows that this engine can express.
    public func work(in world: Worlds) -> PlannedWork {
        PlannedWork(
            kind: "reference", unit: "row", names: rowNames, size: "\(world.rawValue)",
            shippedSeconds: world == .real ? 0.1 : 0.004)
    }
}

extension ClaimsRunner {
    /// The scenarios, by claim.
    ///
    /// - Throws: as ``scenarios()``.
    public func work() throws -> PlannedWork {
        let scenarios = try ClaimsRunner.scenarios()
        return PlannedWork(
            kind: "claims", unit: "scenario", names: ids.map { "\($0): \(scenarios[$0]?.name ?? "no scenario")" },
            size: ids == ClaimCatalogue.ids ? "all claims" : ids.joined(separator: ","), shippedSeconds: 8)
    }
}
