// The list behind `kbench crash-points`.
internal import Engine
public import Ingestion
internal import Judgement
internal import World

/// A crash point, or a situation that takes more than one, as the list shows it.
public struct CrashPointEntry: Codable, Equatable, Sendable {
    /// The name.
    public var name: String
    /// What has and has not happened there.
    public var standsBetween: String
    /// The strategies that reach it.
    public var strategies: [String]
    /// The row of the semantics table by strategy; a strategy without a row there is left out.
    public var rows: [String: String]
    /// Of the strategies in ``rows``, those for which the row rests on inference; see ``RowEvidence``.
    public var inferredFor: [String]
    /// For a situation, how to run it; nil for a point, which is armed by its name.
    public var howToRun: String?

    /// The strategies that reach it, each with its row where it has one.
    public var reachedBy: [String] {
        strategies.map { name in
            rows[name].map { "\(name) (\($0)\(inferredFor.contains(name) ? " \(RowEvidence.mark)" : ""))" } ?? name
        }
    }

    init(
        name: String, standsBetween: String, strategies: [Strategy], howToRun: String? = nil,
        row: (Strategy) -> String?
    ) {
        self.name = name
        self.standsBetween = standsBetween
        self.strategies = strategies.map(\.rawValue)
        self.howToRun = howToRun
        rows = [:]
        inferredFor = []
        for strategy in strategies {
            guard let row = row(strategy) else { continue }
            rows[strategy.rawValue] = row
            if RowEvidence.isInferred(row, strategy: strategy) { inferredFor.append(strategy.rawValue) }
        }
    }
}

/// All crash points, or those of one strategy.
public enum CrashPointCatalogue {
    /// The points in the order of a record's walk.
    public static func entries(for strategy: Strategy? = nil) -> [CrashPointEntry] {
        CrashPoint.all.compactMap { point in
            let strategies = CrashPointGuide.strategies(of: point.effect).filter { point.isDeath || $0.hasOutput }
            if let strategy, !strategies.contains(strategy) { return nil }
            return CrashPointEntry(
                name: point.description, standsBetween: CrashPointGuide.standsBetween(point), strategies: strategies
            ) { CrashPointGuide.row(of: point, strategy: $0) }
        }
    }

    /// The situations, in the order of their rows.
    public static func situations(for strategy: Strategy? = nil) -> [CrashPointEntry] {
        Situation.all.filter { strategy == nil || $0.strategies.contains(where: { $0 == strategy }) }.map { situation in
            CrashPointEntry(
                name: situation.name, standsBetween: situation.standsFor, strategies: situation.strategies,
                howToRun: situation.howToRun
            ) { _ in situation.row }
        }
    }
}
