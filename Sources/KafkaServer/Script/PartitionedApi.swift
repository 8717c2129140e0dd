// Where requests about partitions have these, so that a script may take some of them out and answer for them.
internal import KafkaWire

/// An API whose requests are about partitions of topics, some of which may be refused.
protocol PartitionedApi: Api {
    associatedtype AskedTopic
    associatedtype Asked
    associatedtype AnsweredTopic: Structure
    associatedtype Answered: Structure
    static var paths: PartitionPaths<Self> { get }
}

/// Where an API has partitions, in its request and in its answer.
struct PartitionPaths<A: PartitionedApi> {
    var topics: WritableKeyPath<A.Request, [A.AskedTopic]>
    var name: WritableKeyPath<A.AskedTopic, String>
    var partitions: WritableKeyPath<A.AskedTopic, [A.Asked]>
    var index: WritableKeyPath<A.Asked, Int32>
    var answeredTopics: WritableKeyPath<A.Response, [A.AnsweredTopic]>
    var answeredName: WritableKeyPath<A.AnsweredTopic, String>
    var answers: WritableKeyPath<A.AnsweredTopic, [A.Answered]>
    var answeredIndex: WritableKeyPath<A.Answered, Int32>
    var error: WritableKeyPath<A.Answered, ErrorCode>
    /// What else the answer of a partition needs that got nothing.
    var complete: (inout A.Answered) -> Void = { _ in }
}

extension PartitionedApi {
    /// Takes partitions out of a request.
    static func takeOut(
        _ request: inout Request, where isTaken: (String, Int32) -> Bool
    ) -> [(topic: String, partition: Int32)] {
        var taken: [(topic: String, partition: Int32)] = []
        for place in request[keyPath: paths.topics].indices {
            let name = request[keyPath: paths.topics][place][keyPath: paths.name]
            request[keyPath: paths.topics][place][keyPath: paths.partitions].removeAll { asked in
                guard isTaken(name, asked[keyPath: paths.index]) else { return false }
                taken.append((name, asked[keyPath: paths.index]))
                return true
            }
        }
        request[keyPath: paths.topics].removeAll { $0[keyPath: paths.partitions].isEmpty }
        return taken
    }

    /// Answers for a partition that was taken out.
    static func putIn(_ response: inout Response, _ topic: String, _ change: (inout Answered) -> Void) {
        var answer = Answered()
        paths.complete(&answer)
        change(&answer)
        let topics = response[keyPath: paths.answeredTopics]
        let place = topics.firstIndex { $0[keyPath: paths.answeredName] == topic } ?? topics.count
        if place == topics.count {
            var answered = AnsweredTopic()
            answered[keyPath: paths.answeredName] = topic
            response[keyPath: paths.answeredTopics].append(answered)
        }
        response[keyPath: paths.answeredTopics][place][keyPath: paths.answers].append(answer)
    }
}

extension Produce: PartitionedApi {
    typealias AskedTopic = Request.Topic
    typealias Asked = Request.Partition
    typealias AnsweredTopic = Response.Topic
    typealias Answered = Response.Partition

    static var paths: PartitionPaths<Produce> {
        PartitionPaths(
            topics: \.topicData, name: \.name, partitions: \.partitionData, index: \.index, answeredTopics: \.responses,
            answeredName: \.name, answers: \.partitionResponses, answeredIndex: \.index, error: \.errorCode,
            complete: { $0.baseOffset = -1 })
    }
}

extension Fetch: PartitionedApi {
    typealias AskedTopic = Request.Topic
    typealias Asked = Request.Partition
    typealias AnsweredTopic = Response.Topic
    typealias Answered = Response.Partition

    static var paths: PartitionPaths<Fetch> {
        PartitionPaths(
            topics: \.topics, name: \.topic, partitions: \.partitions, index: \.partition, answeredTopics: \.responses,
            answeredName: \.topic, answers: \.partitions, answeredIndex: \.partitionIndex, error: \.errorCode,
            complete: {
                $0.highWatermark = -1
                $0.records = Records()
            })
    }
}

extension OffsetCommit: PartitionedApi {
    typealias AskedTopic = Request.Topic
    typealias Asked = Request.Partition
    typealias AnsweredTopic = Response.Topic
    typealias Answered = Response.Partition

    static var paths: PartitionPaths<OffsetCommit> {
        PartitionPaths(
            topics: \.topics, name: \.name, partitions: \.partitions, index: \.partitionIndex, answeredTopics: \.topics,
            answeredName: \.name, answers: \.partitions, answeredIndex: \.partitionIndex, error: \.errorCode)
    }
}

extension TxnOffsetCommit: PartitionedApi {
    typealias AskedTopic = NamedTopic<Request.Partition>
    typealias Asked = Request.Partition
    typealias AnsweredTopic = NamedTopic<Response.Partition>
    typealias Answered = Response.Partition

    static var paths: PartitionPaths<TxnOffsetCommit> {
        PartitionPaths(
            topics: \.topics, name: \.name, partitions: \.partitions, index: \.partitionIndex, answeredTopics: \.topics,
            answeredName: \.name, answers: \.partitions, answeredIndex: \.partitionIndex, error: \.errorCode)
    }
}

extension DeleteRecords: PartitionedApi {
    typealias AskedTopic = NamedTopic<Request.Partition>
    typealias Asked = Request.Partition
    typealias AnsweredTopic = NamedTopic<Response.Partition>
    typealias Answered = Response.Partition

    static var paths: PartitionPaths<DeleteRecords> {
        PartitionPaths(
            topics: \.topics, name: \.name, partitions: \.partitions, index: \.partitionIndex, answeredTopics: \.topics,
            answeredName: \.name, answers: \.partitions, answeredIndex: \.partitionIndex, error: \.errorCode,
            complete: { $0.lowWatermark = -1 })
    }
}
