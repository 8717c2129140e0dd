// What can go wrong with one attempt, and what it means for whoever asked.
internal import KafkaWire
internal import Posix
internal import Sasl
internal import World

/// A broker's answer that says no.
struct Refusal: Error, Equatable {
    var code: KafkaWire.ErrorCode

    init(_ code: KafkaWire.ErrorCode) { self.code = code }
}

/// A connection that is of no use any more, or never was.
struct Disconnection: Error {
    var reason: String
}

/// No answer came in time.
struct NoAnswer: Error {}

/// Nobody is known to lead a partition.
struct NoLeader: Error {}

/// What to do with a failure.
enum Failures {
    /// Whether trying again can help without anybody doing anything.
    static func isTransient(_ error: any Error) -> Bool {
        switch error {
        case let refusal as Refusal:
            refusal.code.isRetriable && refusal.code != .unknownTopicOrPartition
                || refusal.code == .brokerNotAvailable
        case is Disconnection, is NoAnswer, is NoLeader, is SystemError: true
        default: false
        }
    }

    /// The words for a failure.
    static func words(of error: any Error) -> String {
        switch error {
        case let refusal as Refusal: "the broker answers \(refusal.code.name) (\(refusal.code.rawValue))"
        case let lost as Disconnection: lost.reason
        case is NoAnswer: "no answer came in time"
        case is NoLeader: "the partition has no leader"
        case let cut as CutShort:
            "the log was cut short at offset \(cut.offset) in an election: records that were read are gone, and others "
                + "may be in their place"
        case let broker as Untrusted: broker.reason
        case let login as SaslFailure: login.description
        default: "\(error)"
        }
    }

    /// The error for whoever asked, which is not told of attempts.
    static func brokerError(_ error: any Error, doing: String, location: String) -> BrokerError {
        if let known = error as? BrokerError { return known }
        return BrokerError(code(of: error), "\(doing): \(words(of: error))", location: location)
    }

    private static func code(of error: any Error) -> BrokerError.Code {
        switch error {
        case is Disconnection, is SystemError, is Untrusted: return .unreachable
        case is SaslFailure: return .notAllowed
        case is NoAnswer, is NoLeader: return .timedOut
        case let refusal as Refusal:
            switch refusal.code {
            case .unknownTopicOrPartition, .invalidTopicException, .unknownTopicId: return .unknownTopic
            case .offsetOutOfRange: return .offsetOutOfRange
            case .topicAuthorizationFailed, .groupAuthorizationFailed, .clusterAuthorizationFailed,
                .saslAuthenticationFailed, .unsupportedSaslMechanism, .illegalSaslState:
                return .notAllowed
            case .illegalGeneration, .unknownMemberId, .rebalanceInProgress, .fencedInstanceId: return .fenced
            case .groupIdNotFound: return .unknownGroup
            case .requestTimedOut: return .timedOut
            default: return .failed
            }
        default: return .failed
        }
    }
}
