// Every message of every version is read as it was written, and whatever is cut off or wrong in it is refused.
import Testing

@testable import KafkaWire

/// A message in a frame, ready to be read again. The records are bytes that count up.
private func frame(_ encoded: EncodedFrame) throws -> [UInt8] {
    let source = (0..<(encoded.gaps.last?.records.range.upperBound ?? 0)).map { UInt8(truncatingIfNeeded: $0) }
    let whole = source.withUnsafeBytes { encoded.joined(with: $0) }
    let length = try whole.withUnsafeBytes { try Frame.length($0, limit: .max) }
    #expect(length == whole.count - 4)
    return Array(whole.dropFirst(4))
}

@Suite struct RoundTripTests {
    @Test(arguments: ApiKey.allCases)
    func everyVersionIsReadAsItWasWritten(key: ApiKey) throws { try roundTrip(key.api) }

    private func roundTrip<A: Api>(_ api: A.Type) throws {
        for version in A.versions {
            for fullness in Fullness.allCases {
                for seed in 0..<(fullness == .random ? 10 : 1) {
                    let flexible = A.isFlexible(version)
                    var samples = SampleCoder(version: version, isFlexible: flexible, fullness, seed: UInt64(seed))
                    let request = try A.Request.sample(&samples)
                    samples = SampleCoder(version: version, isFlexible: flexible, fullness, seed: UInt64(seed))
                    let response = try A.Response.sample(&samples)
                    try check(A.self, request, version, "\(api) \(version) \(fullness) \(seed)")
                    try check(A.self, response: response, version, "\(api) \(version) \(fullness) \(seed)")
                }
            }
        }
    }

    private func check<A: Api>(_ api: A.Type, _ request: A.Request, _ version: Int16, _ what: String) throws {
        func encode(_ request: A.Request) throws -> EncodedFrame {
            try A.encodeRequest(request, version: version, correlationId: 7, clientId: "a client")
        }
        let sample = try frame(encode(request))
        try sample.withUnsafeBytes { frame in
            let header = try RequestHeader(frame)
            #expect(header.api == A.key && header.version == version && header.correlationId == 7)
            #expect(header.clientId == "a client")
            let decoded = try A.decodeRequest(frame, header)
            // Records are elsewhere in a frame than they were in their source.
            let isEqual = A.key == .produce || decoded == request
            #expect(isEqual, "\(what)")
            let again = try encode(decoded).joined(with: frame)
            let isSame = again.dropFirst(4) == sample[...]
            #expect(isSame, "\(what)")
            refuse(frame, from: header.length, what) { _ = try A.decodeRequest($0, header) }
            let isLeftAlone = try (Array(frame) + [0]).withUnsafeBytes { try A.decodeRequest($0, header) == decoded }
            #expect(isLeftAlone, "\(what) with a byte more")
        }
    }

    private func check<A: Api>(_ api: A.Type, response: A.Response, _ version: Int16, _ what: String) throws {
        func encode(_ response: A.Response) throws -> EncodedFrame {
            try A.encodeResponse(response, version: version, correlationId: -7)
        }
        let sample = try frame(encode(response))
        try sample.withUnsafeBytes { frame in
            let (correlationId, decoded) = try A.decodeResponse(frame, version: version)
            #expect(correlationId == -7)
            let isEqual = A.key == .fetch || decoded == response
            #expect(isEqual, "\(what)")
            let again = try encode(decoded).joined(with: frame)
            let isSame = again.dropFirst(4) == sample[...]
            #expect(isSame, "\(what)")
            refuse(frame, from: 4, what) { _ = try A.decodeResponse($0, version: version) }
            _ = (Array(frame) + [0]).withUnsafeBytes { longer in
                #expect(throws: WireError.self, "\(what) with a byte more") {
                    try A.decodeResponse(longer, version: version)
                }
            }
        }
    }

    /// A byte less, and half of what is behind the header.
    private func refuse(
        _ frame: UnsafeRawBufferPointer, from start: Int, _ what: String,
        _ decode: (UnsafeRawBufferPointer) throws -> Void
    ) {
        for count in [frame.count - 1, (start + frame.count) / 2] where count >= start && count < frame.count {
            #expect(throws: WireError.self, "\(what) cut to \(count)") {
                try decode(UnsafeRawBufferPointer(rebasing: frame[..<count]))
            }
        }
    }

    @Test func whatAVersionDoesNotHaveIsNotWritten() throws {
        var response = JoinGroup.Response()
        response.protocolType = "consumer"
        response.skipAssignment = true
        let frame = try JoinGroup.encodeResponse(response, version: 2, correlationId: 1)
        let decoded = try frame.bytes.dropFirst(4).withUnsafeBytes { try JoinGroup.decodeResponse($0, version: 2) }
        #expect(decoded.response.protocolType == nil)
        #expect(!decoded.response.skipAssignment)
        // Nothing where nothing may be becomes an empty name.
        #expect(decoded.response.protocolName == "")
    }

    @Test func aVersionBeyondTheTableIsRefused() {
        #expect(throws: WireError.self) {
            try Heartbeat.encodeResponse(Heartbeat.Response(), version: 5, correlationId: 1)
        }
        #expect(throws: WireError.self) {
            try [0, 0, 0, 1].withUnsafeBytes { _ = try Heartbeat.decodeResponse($0, version: -1) }
        }
    }

    @Test func aNameLongerThanTheProtocolCanSayIsRefused() {
        var request = Heartbeat.Request()
        request.groupId = String(repeating: "a", count: 32_768)
        for version in Heartbeat.versions {
            #expect(throws: WireError.self) {
                try Heartbeat.encodeRequest(request, version: version, correlationId: 1, clientId: nil)
            }
        }
        request.groupId.removeLast()
        for version in Heartbeat.versions {
            #expect(throws: Never.self) {
                try Heartbeat.encodeRequest(request, version: version, correlationId: 1, clientId: nil)
            }
        }
    }

    /// What members of groups tell each other.
    @Test(arguments: ConsumerSubscription.versions, Fullness.allCases)
    func theConsumerProtocolIsReadAsItWasWritten(version: Int16, fullness: Fullness) throws {
        var samples = SampleCoder(version: version, isFlexible: false, fullness, seed: 3)
        let subscription = try ConsumerSubscription.sample(&samples)
        let assignment = try ConsumerAssignment.sample(&samples)
        let bytes = try subscription.encode(version: version).array
        #expect(try bytes.withUnsafeBytes { try ConsumerSubscription.decode($0) } == subscription)
        #expect(
            try assignment.encode(version: version).array.withUnsafeBytes { try ConsumerAssignment.decode($0) }
                == assignment)
        // A later version has more behind what is known.
        var later = try subscription.encode(version: 3).array + [1, 2, 3]
        later[1] = 9
        #expect(throws: Never.self) { try later.withUnsafeBytes { _ = try ConsumerSubscription.decode($0) } }
        #expect(throws: WireError.self) {
            try bytes.dropLast().withUnsafeBytes { _ = try ConsumerSubscription.decode($0) }
        }
    }
}
