// A scenario's ZooKeeper: the one that was named, or one started for as long as it is needed.
internal import Harness
internal import Posix
internal import World

extension Stage {
    /// Runs `body` with the address of a ZooKeeper if one of `plans` needs it; with nil otherwise.
    func withZooKeeper<Result: Sendable>(
        for plans: [RunPlan], _ body: @Sendable (String?) async throws -> Result
    ) async throws -> Result {
        guard plans.contains(where: { $0.offsetStore == .zookeeper }) else { return try await body(nil) }
        if let named = options.zookeeper {
            let place = OffsetStorePlace.zookeeper(
                address: named, timeoutMilliseconds: OffsetStorePlace.timeoutMilliseconds)
            try await BlockingThread.run { try place.probe() }
            return try await body(named)
        }
        let server = try privateZooKeeper()
        return try await server.run { try await body(server.address) }
    }

    /// A server of the scenario's own, not started yet.
    func privateZooKeeper() throws -> PrivateZooKeeper {
        progress(0, "starting ZooKeeper")
        return try PrivateZooKeeper(directory: "\(options.workDirectory)/zookeeper")
    }
}
