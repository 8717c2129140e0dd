// The list behind `kbench crash-points`.
public import Engine
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
    /// For a situation, how to run it; nil for a point, which is armed by its name.
    public var howToRun: String?
}

/// All crash points, or those of one strategy.
public enum CrashPointCatalogue {
    /// The points in the order of a record's walk.
    public static func entries(for strategy: Strategy? = nil) -> [CrashPointEntry] {
        CrashPoint.all.compactMap { point in
            let strategies = CrashPointGuide.strategies(of: point.effect).filter { point.isDeath || $0 != .raw }
            if let strategy, !strategies.contains(strategy) { return nil }
            var rows: [String: String] = [:]
            for strategy in strategies {
                if let row = CrashPointGuide.row(of: point, strategy: strategy) { rows[strategy.rawValue] = row }
            }
            return CrashPointEntry(
                name: point.description, standsBetween: CrashPointGuide.standsBetween(point),
                strategies: strategies.map(\.rawValue), rows: rows)
        }
    }

    /// The situations, in the order of their rows.
    public static func situations(for strategy: Strategy? = nil) -> [CrashPointEntry] {
        Situation.all.filter { strategy == nil || $0.strategies.contains(where: { $0 == strategy }) }.map { situation in
            let names = situation.strategies.map(\.rawValue)
            return CrashPointEntry(
                name: situation.name, standsBetween: situation.standsFor, strategies: names,
                rows: Dictionary(uniqueKeysWithValues: names.map { ($0, situation.row) }), howToRun: situation.howToRun)
        }
    }
}
