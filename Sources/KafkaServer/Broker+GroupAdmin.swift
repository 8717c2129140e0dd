// Requests of those who look after groups: list, describe, remove.
internal import BrokerCore
internal import KafkaWire

extension Broker {
    /// Each broker tells of the groups that it coordinates.
    func listGroups(_ request: ListGroups.Request, _ node: Node) -> ListGroups.Response {
        var response = ListGroups.Response()
        let states = Set(request.statesFilter.map { $0.lowercased() })
        let types = Set(request.typesFilter.map { $0.lowercased() })
        guard types.isEmpty || types.contains("classic") else { return response }
        for name in groups.names where refusal(of: .group, name, at: node) == .none {
            let found = groups.description(of: name)
            guard states.isEmpty || states.contains(found.state.rawValue.lowercased()) else { continue }
            var group = ListGroups.Response.Group()
            (group.groupId, group.protocolType) = (name, found.protocolType)
            (group.groupState, group.groupType) = (found.state.rawValue, "classic")
            response.groups.append(group)
        }
        return response
    }

    func describeGroups(_ request: DescribeGroups.Request, _ version: Int16, _ node: Node) -> DescribeGroups.Response {
        var response = DescribeGroups.Response()
        response.groups = request.groups.map { name in
            var group = DescribeGroups.Response.Group()
            group.groupId = name
            group.errorCode = refusal(of: .group, name, at: node)
            guard group.errorCode == .none else { return group }
            let found = groups.description(of: name)
            if found.state == .dead && version >= 6 {
                (group.errorCode, group.errorMessage) = (.groupIdNotFound, "there is no group \(name)")
            }
            (group.groupState, group.protocolType) = (found.state.rawValue, found.protocolType)
            group.protocolData = found.protocolName
            group.members = found.members.map { known in
                var member = DescribeGroups.Response.Member()
                (member.memberId, member.groupInstanceId) = (known.id, known.instanceId)
                // All that is known of where it is: clients reach the broker by this machine's own address.
                (member.clientId, member.clientHost) = (known.clientId, "/\(settings.host)")
                member.memberMetadata = Bytes(known.metadata)
                member.memberAssignment = Bytes(known.assignment)
                return member
            }
            return group
        }
        return response
    }

    func deleteGroups(_ request: DeleteGroups.Request, _ node: Node) -> DeleteGroups.Response {
        var response = DeleteGroups.Response()
        response.results = request.groupsNames.map { name in
            var result = DeleteGroups.Response.Result()
            result.groupId = name
            result.errorCode = refusal(of: .group, name, at: node)
            guard result.errorCode == .none else { return result }
            let places = groups.offsets(name).map(\.place)
            result.errorCode = groups.delete(name)
            if result.errorCode == .none, !isNoted(places.map { .offset(OffsetEntry(name, $0, nil)) }) {
                result.errorCode = .coordinatorNotAvailable
            }
            return result
        }
        return response
    }
}
