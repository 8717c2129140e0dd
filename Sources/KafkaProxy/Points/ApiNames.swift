// The names of all requests of Kafka's protocol, in the order of their numbers, as points are called by them.

/// What requests are called.
package enum ApiNames {
    /// The names; a number that the list does not reach is called after itself: `api-93`.
    static let all = [
        "produce", "fetch", "list-offsets", "metadata", "leader-and-isr", "stop-replica", "update-metadata",
        "controlled-shutdown", "offset-commit", "offset-fetch", "find-coordinator", "join-group", "heartbeat",
        "leave-group", "sync-group", "describe-groups", "list-groups", "sasl-handshake", "api-versions",
        "create-topics", "delete-topics", "delete-records", "init-producer-id", "offset-for-leader-epoch",
        "add-partitions-to-txn", "add-offsets-to-txn", "end-txn", "write-txn-markers", "txn-offset-commit",
        "describe-acls", "create-acls", "delete-acls", "describe-configs", "alter-configs",
        "alter-replica-log-dirs", "describe-log-dirs", "sasl-authenticate", "create-partitions",
        "create-delegation-token", "renew-delegation-token", "expire-delegation-token",
        "describe-delegation-token", "delete-groups", "elect-leaders", "incremental-alter-configs",
        "alter-partition-reassignments", "list-partition-reassignments", "offset-delete",
        "describe-client-quotas", "alter-client-quotas", "describe-user-scram-credentials",
        "alter-user-scram-credentials", "vote", "begin-quorum-epoch", "end-quorum-epoch", "describe-quorum",
        "alter-partition", "update-features", "envelope", "fetch-snapshot", "describe-cluster",
        "describe-producers", "broker-registration", "broker-heartbeat", "unregister-broker",
        "describe-transactions", "list-transactions", "allocate-producer-ids", "consumer-group-heartbeat",
        "consumer-group-describe", "controller-registration", "get-telemetry-subscriptions", "push-telemetry",
        "assign-replicas-to-dirs", "list-config-resources", "describe-topic-partitions",
        "share-group-heartbeat", "share-group-describe", "share-fetch", "share-acknowledge", "add-raft-voter",
        "remove-raft-voter", "update-raft-voter", "initialize-share-group-state", "read-share-group-state",
        "write-share-group-state", "delete-share-group-state", "read-share-group-state-summary",
        "streams-group-heartbeat", "streams-group-describe", "describe-share-group-offsets",
        "alter-share-group-offsets", "delete-share-group-offsets",
    ]

    private static let unnamed = "api-"

    /// The name of the request with this number.
    package static func name(of key: Int16) -> String {
        all.indices.contains(Int(key)) ? all[Int(key)] : "\(unnamed)\(key)"
    }

    /// The number of the request with this name; nil where there is none.
    package static func key(of name: String) -> Int16? {
        if let place = all.firstIndex(of: name) { return Int16(place) }
        guard name.hasPrefix(unnamed), let key = Int16(name.dropFirst(unnamed.count)), key >= all.count else {
            return nil
        }
        return key
    }
}
