// The messages about authentication.

/// Chooses a mechanism of authentication.
package enum SaslHandshake: Api {
    package static let key = ApiKey.saslHandshake
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleSince: Int16? = nil

    package struct Request: Structure {
        package var mechanism = ""

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("Mechanism", &mechanism)
        }
    }

    package struct Response: Structure {
        package var errorCode: ErrorCode = .none
        package var mechanisms: [String] = []

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ErrorCode", &errorCode)
            try coder.field("Mechanisms", &mechanisms)
        }
    }
}

/// One step of authentication.
package enum SaslAuthenticate: Api {
    package static let key = ApiKey.saslAuthenticate
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleSince: Int16? = 2

    package struct Request: Structure {
        package var authBytes = Bytes()

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("AuthBytes", &authBytes)
        }
    }

    package struct Response: Structure {
        package var errorCode: ErrorCode = .none
        package var errorMessage: String?
        package var authBytes = Bytes()
        package var sessionLifetimeMs: Int64 = 0

        package init() {}

        package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
            try coder.field("ErrorCode", &errorCode)
            try coder.field("ErrorMessage", &errorMessage)
            try coder.field("AuthBytes", &authBytes)
            try coder.field("SessionLifetimeMs", &sessionLifetimeMs, since: 1)
        }
    }
}
