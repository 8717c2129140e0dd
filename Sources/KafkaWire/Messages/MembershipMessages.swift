// The messages about membership of groups.

/// Becomes a member of a classic group; answered when the next generation is complete.
package enum JoinGroup: Api {
    package static let key = ApiKey.joinGroup
    package static let versions: ClosedRange<Int16> = 0...9
    package static let flexibleSince: Int16? = 6

    package struct Request: Structure {
        package var groupId = ""
        package var sessionTimeoutMs: Int32 = 0
        package var rebalanceTimeoutMs: Int32 = -1
        package var memberId = ""
        package var groupInstanceId: String?
        package var protocolType = ""
        package var protocols: [ProtocolMetadata] = []
        package var reason: String?

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("GroupId", &groupId)
            try coder.field("SessionTimeoutMs", &sessionTimeoutMs)
            try coder.field("RebalanceTimeoutMs", &rebalanceTimeoutMs, since: 1)
            try coder.field("MemberId", &memberId)
            try coder.field("GroupInstanceId", &groupInstanceId, since: 5)
            try coder.field("ProtocolType", &protocolType)
            try coder.field("Protocols", &protocols)
            try coder.field("Reason", &reason, since: 8)
        }

        package struct ProtocolMetadata: Structure {
            package var name = ""
            package var metadata = Bytes()

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("Name", &name)
                try coder.field("Metadata", &metadata)
            }
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: ErrorCode = .none
        package var generationId: Int32 = -1
        package var protocolType: String?
        package var protocolName: String?
        package var leader = ""
        package var skipAssignment = false
        package var memberId = ""
        package var members: [Member] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs, since: 2)
            try coder.field("ErrorCode", &errorCode)
            try coder.field("GenerationId", &generationId)
            try coder.field("ProtocolType", &protocolType, since: 7)
            try coder.field("ProtocolName", &protocolName, null: 7)
            try coder.field("Leader", &leader)
            try coder.field("SkipAssignment", &skipAssignment, since: 9)
            try coder.field("MemberId", &memberId)
            try coder.field("Members", &members)
        }

        package struct Member: Structure {
            package var memberId = ""
            package var groupInstanceId: String?
            package var metadata = Bytes()

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("MemberId", &memberId)
                try coder.field("GroupInstanceId", &groupInstanceId, since: 5)
                try coder.field("Metadata", &metadata)
            }
        }
    }
}

/// The leader gives assignments, every member gets its own.
package enum SyncGroup: Api {
    package static let key = ApiKey.syncGroup
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleSince: Int16? = 4

    package struct Request: Structure {
        package var groupId = ""
        package var generationId: Int32 = 0
        package var memberId = ""
        package var groupInstanceId: String?
        package var protocolType: String?
        package var protocolName: String?
        package var assignments: [Assignment] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("GroupId", &groupId)
            try coder.field("GenerationId", &generationId)
            try coder.field("MemberId", &memberId)
            try coder.field("GroupInstanceId", &groupInstanceId, since: 3)
            try coder.field("ProtocolType", &protocolType, since: 5)
            try coder.field("ProtocolName", &protocolName, since: 5)
            try coder.field("Assignments", &assignments)
        }

        package struct Assignment: Structure {
            package var memberId = ""
            package var assignment = Bytes()

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("MemberId", &memberId)
                try coder.field("Assignment", &assignment)
            }
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: ErrorCode = .none
        package var protocolType: String?
        package var protocolName: String?
        package var assignment = Bytes()

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs, since: 1)
            try coder.field("ErrorCode", &errorCode)
            try coder.field("ProtocolType", &protocolType, since: 5)
            try coder.field("ProtocolName", &protocolName, since: 5)
            try coder.field("Assignment", &assignment)
        }
    }
}

/// Says that a member lives.
package enum Heartbeat: Api {
    package static let key = ApiKey.heartbeat
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleSince: Int16? = 4

    package struct Request: Structure {
        package var groupId = ""
        package var generationId: Int32 = 0
        package var memberId = ""
        package var groupInstanceId: String?

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("GroupId", &groupId)
            try coder.field("GenerationId", &generationId)
            try coder.field("MemberId", &memberId)
            try coder.field("GroupInstanceId", &groupInstanceId, since: 3)
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: ErrorCode = .none

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs, since: 1)
            try coder.field("ErrorCode", &errorCode)
        }
    }
}

/// Members leave.
package enum LeaveGroup: Api {
    package static let key = ApiKey.leaveGroup
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleSince: Int16? = 4

    package struct Request: Structure {
        package var groupId = ""
        package var memberId = ""
        package var members: [Member] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("GroupId", &groupId)
            try coder.field("MemberId", &memberId, until: 2)
            try coder.field("Members", &members, since: 3)
        }

        package struct Member: Structure {
            package var memberId = ""
            package var groupInstanceId: String?
            package var reason: String?

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("MemberId", &memberId)
                try coder.field("GroupInstanceId", &groupInstanceId)
                try coder.field("Reason", &reason, since: 5)
            }
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: ErrorCode = .none
        package var members: [Member] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs, since: 1)
            try coder.field("ErrorCode", &errorCode)
            try coder.field("Members", &members, since: 3)
        }

        package struct Member: Structure {
            package var memberId = ""
            package var groupInstanceId: String?
            package var errorCode: ErrorCode = .none

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("MemberId", &memberId)
                try coder.field("GroupInstanceId", &groupInstanceId)
                try coder.field("ErrorCode", &errorCode)
            }
        }
    }
}
