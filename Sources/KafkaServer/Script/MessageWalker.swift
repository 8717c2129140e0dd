// Goes through the fields of any message: what a request is about, and the errors of an answer.
internal import BrokerScript
internal import KafkaWire

/// A coder that changes nothing but errors. It knows fields by the names that the public schemas give them.
struct MessageWalker: FieldCoder {
    let version: Int16
    let isFlexible: Bool
    /// The topics and partitions that were met.
    private(set) var places: [RequestFacts.Place] = []
    private(set) var groups: [String] = []
    private(set) var transactionalId: String?
    /// The keys that a coordinator is asked for, and whether they are of groups.
    private var keys: [String] = []
    private var keysAreGroups = true
    /// Looks at each error, and says what is in its place.
    var onError: ((_ topic: String?, _ partition: Int32?, ErrorCode) -> ErrorCode)?
    private var topic: String?
    private var partition: Int32?

    init(version: Int16, isFlexible: Bool) {
        self.version = version
        self.isFlexible = isFlexible
    }

    /// Lists whose elements have names of other things.
    private static let skipped: Set = [
        "Configs", "Assignments", "Protocols", "ForgottenTopicsData", "Resources", "NodeEndpoints", "Brokers",
        "ApiKeys",
    ]

    mutating func visit<V: WireValue>(
        _ name: StaticString, _ value: inout V, mayBeNull: Bool
    ) throws(WireError) {
        if let onError, let code = value as? ErrorCode {
            if let changed = onError(topic, partition, code) as? V { value = changed }
        } else if let list = value as? any WalkedList {
            guard !Self.skipped.contains("\(name)") else { return }
            if let changed = try list.walked(&self) as? V { value = changed }
        } else if onError == nil {
            note("\(name)", value)
        }
    }

    mutating func visitTagged<V: WireValue & Equatable>(
        _ tag: UInt32, _ name: StaticString, _ value: inout V, unless: V
    ) throws(WireError) {}

    private mutating func note(_ name: String, _ value: Any) {
        switch (name, value) {
        case ("GroupId", let group as String): groups.append(group)
        case ("GroupsNames", let names as [String]): groups += names
        case ("TransactionalId", let id as String), ("V3AndBelowTransactionalId", let id as String):
            if !id.isEmpty { transactionalId = id }
        case ("Key", let key as String): keys.append(key)
        case ("CoordinatorKeys", let more as [String]): keys += more
        case ("KeyType", let type as Int8): keysAreGroups = type == 0
        case ("TopicNames", let names as [String]): places += names.map { .init(topic: $0) }
        case ("Partitions", let numbers as [Int32]), ("PartitionIndexes", let numbers as [Int32]):
            if let topic { places += numbers.map { .init(topic: topic, partition: $0) } }
        default: break
        }
    }

    fileprivate mutating func walk<S: Structure>(_ structure: inout S) throws(WireError) {
        var names = OwnNames(version: version, isFlexible: isFlexible)
        try structure.fields(&names)
        let (outerTopic, outerPartition, count) = (topic, partition, places.count)
        if let name = names.topic { topic = name }
        if let number = names.partition { partition = number }
        try structure.fields(&self)
        if let topic {
            if let number = names.partition {
                places.append(.init(topic: topic, partition: number))
            } else if names.topic != nil, places.count == count {
                places.append(.init(topic: topic))
            }
        }
        (topic, partition) = (outerTopic, outerPartition)
    }

    /// What a request is about.
    static func facts<S: Structure>(
        _ request: S, _ api: ApiKey, version: Int16, client: String?, broker: Int32
    ) throws(WireError) -> RequestFacts {
        var walker = MessageWalker(version: version, isFlexible: api.api.isFlexible(version))
        var request = request
        try request.fields(&walker)
        var facts = RequestFacts(api, client: client, broker: broker)
        facts.places = walker.places
        facts.groups = walker.groups
        facts.transactionalId = walker.transactionalId
        // A key of the oldest versions is there, empty, in all others.
        let keys = walker.keys.filter { !$0.isEmpty }
        if walker.keysAreGroups { facts.groups += keys } else { facts.transactionalId = keys.first }
        return facts
    }

    /// Shows `onError` all errors of an answer.
    static func errors<A: Api>(
        _: A.Type, _ response: inout A.Response, version: Int16,
        _ onError: @escaping (_ topic: String?, _ partition: Int32?, ErrorCode) -> ErrorCode
    ) {
        var walker = MessageWalker(version: version, isFlexible: A.isFlexible(version))
        walker.onError = onError
        // The walker itself throws nothing, and neither do lists of fields.
        try? response.fields(&walker)
    }
}

/// The names that a structure has itself, which may stand behind the errors that they belong to.
private struct OwnNames: FieldCoder {
    let version: Int16
    let isFlexible: Bool
    var topic: String?
    var partition: Int32?

    mutating func visit<V: WireValue>(
        _ name: StaticString, _ value: inout V, mayBeNull: Bool
    ) throws(WireError) {
        switch ("\(name)", value as Any) {
        case ("Name", let name as String), ("Topic", let name as String), ("TopicName", let name as String):
            if !name.isEmpty { topic = name }
        case ("Index", let number as Int32), ("Partition", let number as Int32),
            ("PartitionIndex", let number as Int32):
            partition = number
        default: break
        }
    }

    mutating func visitTagged<V: WireValue & Equatable>(
        _ tag: UInt32, _ name: StaticString, _ value: inout V, unless: V
    ) throws(WireError) {}
}

/// A list of structures, or none where it may be null.
private protocol WalkedList {
    func walked(_ walker: inout MessageWalker) throws(WireError) -> Self
}

extension Array: WalkedList where Element: Structure {
    fileprivate func walked(_ walker: inout MessageWalker) throws(WireError) -> [Element] {
        var list = self
        for index in list.indices { try walker.walk(&list[index]) }
        return list
    }
}
