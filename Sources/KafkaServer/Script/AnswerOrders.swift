// What a script has in store for the answer to one request.
internal import BrokerCore
internal import BrokerScript
internal import KafkaWire

/// A change to an answer before it is sent.
typealias AnswerChange = (inout any Structure) -> Void

/// Goes with a request until it is answered.
final class AnswerOrders {
    /// What becomes of the answer.
    enum Fate: String {
        case sent
        /// The connection is closed in its place.
        case cut
        /// Neither it nor anything behind it is sent.
        case lost
    }

    /// The request's number in the log; nil without a log.
    let request: Int?
    /// The version of request and answer.
    let version: Int16
    var fate = Fate.sent
    var delay: Milliseconds = 0
    var changes: [AnswerChange] = []
    /// Events that happen as the answer does.
    var events: [Int] = []

    init(request: Int?, version: Int16) {
        self.request = request
        self.version = version
    }

    /// Changes the answer of one API.
    func change<A: Api>(_: A.Type, _ body: @escaping (inout A.Response) -> Void) {
        changes.append { response in
            guard var own = response as? A.Response else { return }
            body(&own)
            response = own
        }
    }

    func changed<S: Structure>(_ response: S) -> S {
        guard !changes.isEmpty else { return response }
        var changed: any Structure = response
        for change in changes { change(&changed) }
        return changed as? S ?? response
    }
}
