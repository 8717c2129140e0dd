// The list behind `kbench crash-points`.
internal import Engine
public import Ingestion
internal import Judgement
public import Results
internal import World

/// All crash points, or those of one strategy.
public enum CrashPointCatalogue {
    /// The points and situations that a strategy reaches, or all.
    public static func list(for strategy: Strategy? = nil) -> CrashPointsResult {
        CrashPointsResult(crashPoints: entries(for: strategy), situations: situations(for: strategy))
    }

    /// The points in the order of a record's walk.
    private static func entries(for strategy: Strategy? = nil) -> [CrashPointsResult.Entry] {
        CrashPoint.all.compactMap { point in
            let strategies = CrashPointGuide.strategies(of: point.effect).filter { point.isDeath || $0.hasOutput }
            if let strategy, !strategies.contains(strategy) { return nil }
            return CrashPointsResult.Entry(
                name: point.description, standsBetween: CrashPointGuide.standsBetween(point), strategies: strategies
            ) { CrashPointGuide.row(of: point, strategy: $0) }
        }
    }

    /// The situations, in the order of their rows.
    private static func situations(for strategy: Strategy? = nil) -> [CrashPointsResult.Entry] {
        Situation.all.filter { strategy == nil || $0.strategies.contains(where: { $0 == strategy }) }.map { situation in
            CrashPointsResult.Entry(
                name: situation.name, standsBetween: situation.standsFor, strategies: situation.strategies,
                howToRun: situation.howToRun
            ) { _ in situation.row }
        }
    }
}

extension CrashPointsResult.Entry {
    fileprivate init(
        name: String, standsBetween: String, strategies: [Strategy], howToRun: String? = nil,
        row: (Strategy) -> String?
    ) {
        let rows = strategies.compactMap { strategy in row(strategy).map { (strategy, $0) } }
        self.init(
            name: name, standsBetween: standsBetween, strategies: strategies.map(\.rawValue),
            rows: Dictionary(uniqueKeysWithValues: rows.map { ($0.rawValue, $1) }),
            inferredFor: rows.filter { RowEvidence.isInferred($1, strategy: $0) }.map(\.0.rawValue), howToRun: howToRun)
    }
}
