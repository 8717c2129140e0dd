// Requests of those who look after a cluster: partitions added, settings read and changed.
internal import BrokerCore
internal import KafkaWire

extension Broker {
    // MARK: Partitions

    func createPartitions(_ request: CreatePartitions.Request) -> CreatePartitions.Response {
        var response = CreatePartitions.Response()
        response.results = request.topics.map { asked in
            var answer = CreatePartitions.Response.Result()
            answer.name = asked.name
            guard let topic = topics[asked.name] else {
                answer.errorCode = .unknownTopicOrPartition
                return answer
            }
            // Some clients send an empty list for none.
            let assignments = asked.assignments.flatMap { $0.isEmpty ? nil : $0.map(\.brokerIds) }
            answer.errorCode = addPartitions(
                to: topic, count: Int(asked.count), assignments, isTrial: request.validateOnly)
            if answer.errorCode == .invalidPartitions {
                answer.errorMessage = "topic \(asked.name) has \(topic.partitions.count) partitions"
            }
            return answer
        }
        return response
    }

    /// Gives a topic so many partitions in all; nothing where that cannot be. The new ones are assigned to brokers, or,
    /// without assignments, spread like the others.
    func addPartitions(
        to topic: Topic<BufferSegment>, count: Int, _ assignments: [[Int32]]? = nil, isTrial: Bool = false
    ) -> ErrorCode {
        if let code = topics.growthRefusal(topic, to: count) { return code }
        let first = topic.partitions.count
        let copies = Int16(clamping: topic.replicas[0].all.count)
        let place = assignments.map { placement($0, from: first) } ?? placement(factor: copies)
        guard let place, assignments == nil || assignments?.count == count - first else {
            return assignments == nil ? .invalidReplicationFactor : .invalidReplicaAssignment
        }
        guard !isTrial else { return .none }
        topics.grow(topic, to: count, place: place)
        return isNoted([.topic(TopicEntry(topic))]) ? .none : .kafkaStorageError
    }

    /// Where partitions of a topic go with so many copies, -1 for as many as is usual; nil where there are too few
    /// brokers.
    func placement(factor: Int16) -> ((Int) -> Replicas)? {
        let up = liveNodes.map(\.id)
        let factor = factor == -1 ? min(max(1, settings.replication), up.count) : Int(factor)
        guard factor >= 1, factor <= up.count else { return nil }
        return { Replicas(Replicas.spread($0, factor: factor, over: up), live: Set(up)) }
    }

    /// The same, as a request assigns them, to the partitions from `first` on; nil where that cannot be.
    func placement(_ assignments: [[Int32]], from first: Int) -> ((Int) -> Replicas)? {
        let live = live
        let areGood = assignments.allSatisfy { ids in
            Set(ids).count == ids.count && ids.allSatisfy(hasNode) && ids.contains { live.contains($0) }
        }
        return areGood ? { Replicas(assignments[$0 - first], live: live) } : nil
    }

    // MARK: Settings

    /// What has settings, numbered as in requests.
    private enum Resource: Int8 {
        case topic = 2
        case broker = 4
    }

    /// Where a value comes from, numbered as in answers.
    private enum Source: Int8 {
        case topic = 1
        case fixed = 4
        case standard = 5
    }

    func describeConfigs(_ request: DescribeConfigs.Request) -> DescribeConfigs.Response {
        var response = DescribeConfigs.Response()
        response.results = request.resources.map { asked in
            var result = DescribeConfigs.Response.Result()
            (result.resourceType, result.resourceName) = (asked.resourceType, asked.resourceName)
            switch Resource(rawValue: asked.resourceType) {
            case .topic:
                if let topic = topics[asked.resourceName] {
                    result.configs = configs(of: topic, request.includeSynonyms)
                } else {
                    result.errorCode = .unknownTopicOrPartition
                }
            case .broker:
                // Without a name those are meant that hold for all brokers and were changed: there are none.
                if Int32(asked.resourceName).map(hasNode) == true {
                    result.configs = brokerConfigs(asked.resourceName)
                } else if !asked.resourceName.isEmpty {
                    result.errorCode = .invalidRequest
                    result.errorMessage = "there is no broker \(asked.resourceName)"
                }
            case nil:
                result.errorCode = .invalidRequest
                result.errorMessage = "resources of type \(asked.resourceType) have no settings here"
            }
            if let keys = asked.configurationKeys { result.configs.removeAll { !keys.contains($0.name) } }
            return result
        }
        return response
    }

    private func configs(of topic: Topic<BufferSegment>, _ withSynonyms: Bool) -> [DescribeConfigs.Response.Config] {
        TopicRules.settings.map { setting in
            let isGiven = topic.rules.given[setting.name] != nil
            var config = config(
                setting.name, topic.rules[setting.name], setting.type.rawValue, isGiven ? .topic : .standard)
            guard withSynonyms else { return config }
            var standard = DescribeConfigs.Response.Synonym()
            (standard.name, standard.value, standard.source) = (
                setting.name, setting.standard, Source.standard.rawValue
            )
            config.synonyms = [standard]
            if isGiven {
                var own = standard
                (own.value, own.source) = (config.value, Source.topic.rawValue)
                config.synonyms.insert(own, at: 0)
            }
            return config
        }
    }

    /// What tools ask a broker for.
    private func brokerConfigs(_ id: String) -> [DescribeConfigs.Response.Config] {
        let (bool, int, long): (Int8, Int8, Int8) = (1, 3, 5)
        let values: [(name: String, value: String, type: Int8)] = [
            ("auto.create.topics.enable", "\(settings.createsTopics)", bool), ("broker.id", id, int),
            ("connections.max.idle.ms", "\(settings.idleLimit)", long),
            ("default.replication.factor", "\(min(max(1, settings.replication), nodes.count))", int),
            ("delete.topic.enable", "true", bool),
            ("group.initial.rebalance.delay.ms", "\(settings.groups.initialDelay)", int),
            ("group.max.session.timeout.ms", "\(settings.groups.sessionTimeouts.upperBound)", int),
            ("group.min.session.timeout.ms", "\(settings.groups.sessionTimeouts.lowerBound)", int),
            ("num.partitions", "\(settings.partitions)", int),
            ("socket.request.max.bytes", "\(Frame.defaultLimit)", int),
        ]
        return values.map { value in
            var config = config(value.name, value.value, value.type, .fixed)
            config.readOnly = true
            return config
        }
    }

    private func config(
        _ name: String, _ value: String?, _ type: Int8, _ source: Source
    ) -> DescribeConfigs.Response.Config {
        var config = DescribeConfigs.Response.Config()
        (config.name, config.value, config.configType) = (name, value, type)
        (config.configSource, config.isDefault) = (source.rawValue, source == .standard)
        return config
    }

    /// Sets all settings of topics anew: what is not named goes back to its default.
    func alterConfigs(_ request: AlterConfigs.Request) -> AlterConfigs.Response {
        var response = AlterConfigs.Response()
        response.responses = request.resources.map { asked in
            alter(asked.resourceType, asked.resourceName, request.validateOnly) { rules in
                rules = TopicRules()
                for config in asked.configs {
                    if let fault = Self.set(&rules, config.name, to: config.value) { return fault }
                }
                return nil
            }
        }
        return response
    }

    /// Changes settings of topics one by one.
    func alterConfigs(_ request: IncrementalAlterConfigs.Request) -> IncrementalAlterConfigs.Response {
        var response = IncrementalAlterConfigs.Response()
        response.responses = request.resources.map { asked in
            alter(asked.resourceType, asked.resourceName, request.validateOnly) { rules in
                for config in asked.configs {
                    if let fault = Self.change(&rules, config) { return fault }
                }
                return nil
            }
        }
        return response
    }

    /// Changes the settings of one topic, all or none; `change` returns why it cannot be.
    private func alter(
        _ type: Int8, _ name: String, _ isTrial: Bool, _ change: (inout TopicRules) -> String?
    ) -> IncrementalAlterConfigs.Response.Resource {
        var answer = IncrementalAlterConfigs.Response.Resource()
        (answer.resourceType, answer.resourceName) = (type, name)
        guard type == Resource.topic.rawValue else {
            answer.errorCode = .invalidRequest
            answer.errorMessage = "only settings of topics can be changed"
            return answer
        }
        guard let topic = topics[name] else {
            answer.errorCode = .unknownTopicOrPartition
            return answer
        }
        var rules = topic.rules
        if let fault = change(&rules) {
            (answer.errorCode, answer.errorMessage) = (.invalidConfig, fault)
            return answer
        }
        guard !isTrial else { return answer }
        topic.rules = rules
        if !isNoted([.topic(TopicEntry(topic))]) { answer.errorCode = .kafkaStorageError }
        return answer
    }

    private static func set(_ rules: inout TopicRules, _ name: String, to value: String?) -> String? {
        value == nil ? "\(name) is set to nothing" : rules.fault(name, value)
    }

    /// Carries out one change; returns why it cannot be.
    private static func change(_ rules: inout TopicRules, _ asked: IncrementalAlterConfigs.Request.Config) -> String? {
        let old = rules[asked.name]?.split(separator: ",").map(String.init) ?? []
        let more = asked.value?.split(separator: ",").map(String.init) ?? []
        switch asked.configOperation {
        case 0: return set(&rules, asked.name, to: asked.value)
        case 1: return rules.fault(asked.name, nil)
        case 2, 3:
            guard TopicRules.settings.contains(where: { $0.name == asked.name && $0.type == .list }) else {
                return "\(asked.name) is no list"
            }
            let kept = old.filter { !more.contains($0) }
            return rules.fault(asked.name, (asked.configOperation == 2 ? kept + more : kept).joined(separator: ","))
        default: return "\(asked.configOperation) is no operation"
        }
    }
}
