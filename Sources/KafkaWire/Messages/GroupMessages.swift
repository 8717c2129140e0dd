// The messages about looking after groups.

/// What groups are made of.
package enum DescribeGroups: Api {
    package static let key = ApiKey.describeGroups
    package static let versions: ClosedRange<Int16> = 0...6
    package static let flexibleSince: Int16? = 5

    package struct Request: Structure {
        package var groups: [String] = []
        package var includeAuthorizedOperations = false

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("Groups", &groups)
            try coder.field("IncludeAuthorizedOperations", &includeAuthorizedOperations, since: 3)
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var groups: [Group] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs, since: 1)
            try coder.field("Groups", &groups)
        }

        package struct Group: Structure {
            package var errorCode: ErrorCode = .none
            package var errorMessage: String?
            package var groupId = ""
            package var groupState = ""
            package var protocolType = ""
            package var protocolData = ""
            package var members: [Member] = []
            package var authorizedOperations: Int32 = .min

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("ErrorCode", &errorCode)
                try coder.field("ErrorMessage", &errorMessage, since: 6)
                try coder.field("GroupId", &groupId)
                try coder.field("GroupState", &groupState)
                try coder.field("ProtocolType", &protocolType)
                try coder.field("ProtocolData", &protocolData)
                try coder.field("Members", &members)
                try coder.field("AuthorizedOperations", &authorizedOperations, since: 3)
            }
        }

        package struct Member: Structure {
            package var memberId = ""
            package var groupInstanceId: String?
            package var clientId = ""
            package var clientHost = ""
            package var memberMetadata = Bytes()
            package var memberAssignment = Bytes()

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("MemberId", &memberId)
                try coder.field("GroupInstanceId", &groupInstanceId, since: 4)
                try coder.field("ClientId", &clientId)
                try coder.field("ClientHost", &clientHost)
                try coder.field("MemberMetadata", &memberMetadata)
                try coder.field("MemberAssignment", &memberAssignment)
            }
        }
    }
}

/// Which groups there are.
package enum ListGroups: Api {
    package static let key = ApiKey.listGroups
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleSince: Int16? = 3

    package struct Request: Structure {
        package var statesFilter: [String] = []
        package var typesFilter: [String] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("StatesFilter", &statesFilter, since: 4)
            try coder.field("TypesFilter", &typesFilter, since: 5)
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var errorCode: ErrorCode = .none
        package var groups: [Group] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs, since: 1)
            try coder.field("ErrorCode", &errorCode)
            try coder.field("Groups", &groups)
        }

        package struct Group: Structure {
            package var groupId = ""
            package var protocolType = ""
            package var groupState = ""
            package var groupType = ""

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("GroupId", &groupId)
                try coder.field("ProtocolType", &protocolType)
                try coder.field("GroupState", &groupState, since: 4)
                try coder.field("GroupType", &groupType, since: 5)
            }
        }
    }
}

/// Removes groups without members.
package enum DeleteGroups: Api {
    package static let key = ApiKey.deleteGroups
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleSince: Int16? = 2

    package struct Request: Structure {
        package var groupsNames: [String] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("GroupsNames", &groupsNames)
        }
    }

    package struct Response: Structure {
        package var throttleTimeMs: Int32 = 0
        package var results: [Result] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ThrottleTimeMs", &throttleTimeMs)
            try coder.field("Results", &results)
        }

        package struct Result: Structure {
            package var groupId = ""
            package var errorCode: ErrorCode = .none

            package init() {}

            package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
                try coder.field("GroupId", &groupId)
                try coder.field("ErrorCode", &errorCode)
            }
        }
    }
}
