// The error codes of answers.

/// What an answer says went wrong; the codes are numbered through.
package enum ErrorCode: Int16, CaseIterable, Sendable {
    case unknownServerError = -1, none
    case offsetOutOfRange = 1, corruptMessage, unknownTopicOrPartition, invalidFetchSize, leaderNotAvailable,
        notLeaderOrFollower, requestTimedOut, brokerNotAvailable, replicaNotAvailable, messageTooLarge
    case staleControllerEpoch = 11, offsetMetadataTooLarge, networkException, coordinatorLoadInProgress,
        coordinatorNotAvailable, notCoordinator, invalidTopicException, recordListTooLarge, notEnoughReplicas,
        notEnoughReplicasAfterAppend
    case invalidRequiredAcks = 21, illegalGeneration, inconsistentGroupProtocol, invalidGroupId,
        unknownMemberId, invalidSessionTimeout, rebalanceInProgress, invalidCommitOffsetSize,
        topicAuthorizationFailed, groupAuthorizationFailed
    case clusterAuthorizationFailed = 31, invalidTimestamp, unsupportedSaslMechanism, illegalSaslState,
        unsupportedVersion, topicAlreadyExists, invalidPartitions, invalidReplicationFactor,
        invalidReplicaAssignment, invalidConfig
    case notController = 41, invalidRequest, unsupportedForMessageFormat, policyViolation,
        outOfOrderSequenceNumber, duplicateSequenceNumber, invalidProducerEpoch, invalidTxnState,
        invalidProducerIdMapping, invalidTransactionTimeout
    case concurrentTransactions = 51, transactionCoordinatorFenced, transactionalIdAuthorizationFailed,
        securityDisabled, operationNotAttempted, kafkaStorageError, logDirNotFound, saslAuthenticationFailed,
        unknownProducerId, reassignmentInProgress
    case delegationTokenAuthDisabled = 61, delegationTokenNotFound, delegationTokenOwnerMismatch,
        delegationTokenRequestNotAllowed, delegationTokenAuthorizationFailed, delegationTokenExpired,
        invalidPrincipalType, nonEmptyGroup, groupIdNotFound, fetchSessionIdNotFound
    case invalidFetchSessionEpoch = 71, listenerNotFound, topicDeletionDisabled, fencedLeaderEpoch,
        unknownLeaderEpoch, unsupportedCompressionType, staleBrokerEpoch, offsetNotAvailable,
        memberIdRequired, preferredLeaderNotAvailable
    case groupMaxSizeReached = 81, fencedInstanceId, eligibleLeadersNotAvailable, electionNotNeeded,
        noReassignmentInProgress, groupSubscribedToTopic, invalidRecord, unstableOffsetCommit,
        throttlingQuotaExceeded, producerFenced
    case resourceNotFound = 91, duplicateResource, unacceptableCredential, inconsistentVoterSet,
        invalidUpdateVersion, featureUpdateFailed, principalDeserializationFailure, snapshotNotFound,
        positionOutOfRange, unknownTopicId
    case duplicateBrokerRegistration = 101, brokerIdNotRegistered, inconsistentTopicId, inconsistentClusterId,
        transactionalIdNotFound, fetchSessionTopicIdError, ineligibleReplica, newLeaderElected,
        offsetMovedToTieredStorage, fencedMemberEpoch
    case unreleasedInstanceId = 111, unsupportedAssignor, staleMemberEpoch, mismatchedEndpointType,
        unsupportedEndpointType, unknownControllerId, unknownSubscriptionId, telemetryTooLarge,
        invalidRegistration, transactionAbortable
    case invalidRecordState = 121, shareSessionNotFound, invalidShareSessionEpoch, fencedStateEpoch,
        invalidVoterKey, duplicateVoter, voterNotFound, invalidRegularExpression, rebootstrapRequired,
        streamsInvalidTopology
    case streamsInvalidTopologyEpoch = 131, streamsTopologyFenced, shareSessionLimitReached

    /// A code that is not in the table means what unknownServerError means.
    package init(code: Int16) { self = ErrorCode(rawValue: code) ?? .unknownServerError }

    /// Whether the same request may go well later.
    package var isRetriable: Bool {
        switch self {
        case .corruptMessage, .unknownTopicOrPartition, .leaderNotAvailable, .notLeaderOrFollower,
            .requestTimedOut, .replicaNotAvailable, .networkException, .coordinatorLoadInProgress,
            .coordinatorNotAvailable, .notCoordinator, .notEnoughReplicas, .notEnoughReplicasAfterAppend,
            .notController, .concurrentTransactions, .kafkaStorageError, .fetchSessionIdNotFound,
            .invalidFetchSessionEpoch, .listenerNotFound, .fencedLeaderEpoch, .unknownLeaderEpoch,
            .offsetNotAvailable, .preferredLeaderNotAvailable, .eligibleLeadersNotAvailable,
            .electionNotNeeded, .unstableOffsetCommit, .throttlingQuotaExceeded, .unknownTopicId,
            .inconsistentTopicId, .fetchSessionTopicIdError, .shareSessionNotFound, .invalidShareSessionEpoch,
            .shareSessionLimitReached:
            true
        default: false
        }
    }

    /// The name that Kafka's documentation has, such as `OFFSET_OUT_OF_RANGE`.
    package var name: String {
        "\(self)".reduce(into: "") { $0 += $1.isUppercase ? "_\($1)" : $1.uppercased() }
    }
}
