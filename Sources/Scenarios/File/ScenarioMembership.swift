// How a scenario says that its receivers join a consumer group.
internal import Engine
internal import Harness

extension ScenarioFile {
    /// The two ways to get partitions.
    private enum Membership: String, CaseIterable {
        case manual, group
    }

    /// Reads `membership`, and the times that go with a group.
    static func membership(_ top: YAMLMapping) throws(ScenarioError) -> EngineConfiguration.Membership {
        let kind = try top["membership"]?.name(of: "membership", "memberships", as: Membership.self) ?? .manual
        let session = try top["session-timeout-ms"]?.integer(in: ScenarioLimits.sessionTimeoutMilliseconds) ?? 6_000
        let heartbeat = try top["heartbeat-ms"]?.integer(in: ScenarioLimits.heartbeatMilliseconds)
        guard kind == .group else {
            if let time = top["session-timeout-ms"] ?? top["heartbeat-ms"] {
                throw time.error(
                    .impossibleValue, "only members of a group have a session",
                    fix: "write 'membership: group', or remove this line")
            }
            return .manual
        }
        // Three heartbeats a session, so that one that is late does not cost the membership.
        guard let heartbeat, heartbeat > session / 3 else {
            return .group(sessionTimeoutMilliseconds: session, heartbeatMilliseconds: heartbeat ?? max(1, session / 6))
        }
        throw (top["heartbeat-ms"] ?? top.owner).error(
            .impossibleValue, "\(heartbeat) ms between heartbeats is more than a third of the session's \(session) ms",
            fix: "make heartbeat-ms at most \(session / 3)")
    }
}
