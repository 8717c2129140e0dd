// Where a ZooKeeper is, and how long its client has patience.
internal import World

/// How to reach a ZooKeeper.
public struct ZooKeeperConfiguration: Equatable, Sendable {
    /// The servers, `host:port` separated by commas; a path behind the last one is the root of every node, as in
    /// `host:2181/kafka`.
    public let address: String
    /// How long the server keeps a session that it hears nothing of, in which time a silent server is noticed too. The
    /// server may change it to what it allows.
    public var sessionTimeout: Duration = .seconds(6)
    /// How long to wait for a server that has never answered.
    public var connectTimeout: Duration = .seconds(5)
    /// How long to wait for an answer before the server counts as down; lost connections are made again meanwhile.
    public var requestTimeout: Duration = .seconds(10)

    /// Checks the address and makes a configuration.
    ///
    /// - Throws: `OffsetStoreError`, `configuration`.
    public init(address: String) throws {
        let servers = address.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        let isWellFormed = servers.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { server in
            guard let colon = server.lastIndex(of: ":"), colon != server.startIndex,
                let port = UInt16(server[server.index(after: colon)...])
            else { return false }
            return port > 0 && !server.contains(" ")
        }
        guard isWellFormed else {
            throw OffsetStoreError(
                .configuration, "'\(address)' is no address of a ZooKeeper", cause: nil, location: "host:port")
        }
        self.address = address
    }
}
