// The list behind `kbench crash-points`.
public import Engine
internal import World

/// A crash point as the list shows it.
public struct CrashPointEntry: Codable, Equatable, Sendable {
    /// The point's name.
    public var name: String
    /// What has and has not happened there.
    public var standsBetween: String
    /// The strategies that reach it.
    public var strategies: [String]
    /// The row of the semantics table by strategy; a strategy without a row there is left out.
    public var rows: [String: String]
}

/// All crash points, or those of one strategy.
public enum CrashPointCatalogue {
    /// The entries in the order of a record's walk.
    public static func entries(for strategy: Strategy? = nil) -> [CrashPointEntry] {
        CrashPoint.all.compactMap { point in
            let strategies = CrashPointGuide.strategies(of: point.effect)
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
}
