// Requests that make, change or remove what they name, so that a script may refuse some of it before it is done.
internal import BrokerScript
internal import KafkaWire

/// An API whose requests name topics or groups, each with an answer of its own.
protocol NamedApi: Api {
    associatedtype Asked
    associatedtype Answered
    static var asked: WritableKeyPath<Request, [Asked]> { get }
    static var answered: WritableKeyPath<Response, [Answered]> { get }
    /// The topic that is asked for, if it is one whose name is known.
    static func topic(_ asked: Asked) -> String?
    /// Whether a filter means this part of a request that it matches.
    static func isMeant(_ asked: Asked, by filter: RequestFilter) -> Bool
    static func refusal(of asked: Asked, _ code: ErrorCode) -> Answered
}

extension NamedApi {
    static func isMeant(_ asked: Asked, by filter: RequestFilter) -> Bool {
        guard filter.topic != nil || filter.partition != nil else { return true }
        return topic(asked).map { filter.includes($0, nil) } ?? false
    }
}

extension CreateTopics: NamedApi {
    static var asked: WritableKeyPath<Request, [Request.Topic]> { \.topics }
    static var answered: WritableKeyPath<Response, [Response.Topic]> { \.topics }
    static func topic(_ asked: Request.Topic) -> String? { asked.name }
    static func refusal(of asked: Request.Topic, _ code: ErrorCode) -> Response.Topic {
        var answer = Response.Topic()
        (answer.name, answer.errorCode) = (asked.name, code)
        return answer
    }
}

extension CreatePartitions: NamedApi {
    static var asked: WritableKeyPath<Request, [Request.Topic]> { \.topics }
    static var answered: WritableKeyPath<Response, [Response.Result]> { \.results }
    static func topic(_ asked: Request.Topic) -> String? { asked.name }
    static func refusal(of asked: Request.Topic, _ code: ErrorCode) -> Response.Result {
        var answer = Response.Result()
        (answer.name, answer.errorCode) = (asked.name, code)
        return answer
    }
}

extension DeleteTopics: NamedApi {
    static var asked: WritableKeyPath<Request, [Request.Topic]> { \.all }
    static var answered: WritableKeyPath<Response, [Response.Topic]> { \.responses }
    static func topic(_ asked: Request.Topic) -> String? { asked.name }
    static func refusal(of asked: Request.Topic, _ code: ErrorCode) -> Response.Topic {
        var answer = Response.Topic()
        (answer.name, answer.topicId, answer.errorCode) = (asked.name, asked.topicId, code)
        return answer
    }
}

extension DeleteTopics.Request {
    /// What every version names, though not in the same field.
    fileprivate var all: [Topic] {
        get {
            topics
                + topicNames.map { name in
                    var topic = Topic()
                    topic.name = name
                    return topic
                }
        }
        set { (topics, topicNames) = (newValue, newValue.compactMap(\.name)) }
    }
}

extension AlterConfigs: NamedApi {
    static var asked: WritableKeyPath<Request, [Request.Resource]> { \.resources }
    static var answered: WritableKeyPath<Response, [Response.Resource]> { \.responses }
    static func topic(_ asked: Request.Resource) -> String? { nil }
    static func refusal(of asked: Request.Resource, _ code: ErrorCode) -> Response.Resource {
        var answer = Response.Resource()
        (answer.resourceType, answer.resourceName, answer.errorCode) = (asked.resourceType, asked.resourceName, code)
        return answer
    }
}

extension IncrementalAlterConfigs: NamedApi {
    static var asked: WritableKeyPath<Request, [Request.Resource]> { \.resources }
    static var answered: WritableKeyPath<Response, [Response.Resource]> { \.responses }
    /// Scripts tell these requests apart by their client alone.
    static func topic(_ asked: Request.Resource) -> String? { nil }
    static func refusal(of asked: Request.Resource, _ code: ErrorCode) -> Response.Resource {
        var answer = Response.Resource()
        (answer.resourceType, answer.resourceName, answer.errorCode) = (asked.resourceType, asked.resourceName, code)
        return answer
    }
}

extension DeleteGroups: NamedApi {
    static var asked: WritableKeyPath<Request, [String]> { \.groupsNames }
    static var answered: WritableKeyPath<Response, [Response.Result]> { \.results }
    static func topic(_ asked: String) -> String? { nil }
    static func isMeant(_ asked: String, by filter: RequestFilter) -> Bool {
        filter.group.map { $0 == asked } ?? true
    }
    static func refusal(of asked: String, _ code: ErrorCode) -> Response.Result {
        var answer = Response.Result()
        (answer.groupId, answer.errorCode) = (asked, code)
        return answer
    }
}
