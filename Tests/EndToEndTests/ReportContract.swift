// The part of `--format json` that other tools rely on, with its types; decoding is strict about both.
import Foundation

struct ReportContract: Decodable, Sendable {
    var scenario: String
    var seed: UInt64
    var valid: Bool
    var verdict: String
    var broker: Broker
    var runs: [Run]

    struct Broker: Decodable, Sendable {
        var kind: String
    }

    struct Run: Decodable, Sendable {
        var strategy: String
        var sink: String
        var crashPoint: Nullable<String>
        var crashFired: Bool
        var produced: Int
        var delivered: Int
        var duplicates: Int
        var ingestDuplicates: Int
        var reexecutionDuplicates: Int
        var lost: Int
        var corrupted: Int
        var expected: Expected
        var restarts: Int
        var walBytesWritten: Int
        var diskBytesPeak: Int
        var ingestedBytes: Int
        var recordsPerSecond: Double
        var recoverySeconds: Double
        var recovery: Recovery
        var walLiveBytes: Int
        var orphanBytes: Int
        var orphanBytesAtRecovery: Int

        /// Null where there was no crash, or where a recovery did not come so far.
        struct Recovery: Decodable, Sendable {
            var detectSeconds: Nullable<Double>
            var openSeconds: Nullable<Double>
            var readSeconds: Nullable<Double>
            var replaySeconds: Nullable<Double>
            var refetchSeconds: Nullable<Double>
            var firstFreshOutputSeconds: Nullable<Double>
        }

        struct Expected: Decodable, Sendable {
            var duplicates: Nullable<Int>
            var lost: Int
        }
    }

    /// A key that must be there, with null where there is no value.
    struct Nullable<Value: Decodable & Sendable>: Decodable, Sendable {
        var value: Value?

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            value = container.decodeNil() ? nil : try container.decode(Value.self)
        }
    }

    /// The run of a strategy with a sink.
    func run(_ strategy: String, _ sink: String) -> Run? {
        runs.first { $0.strategy == strategy && $0.sink == sink }
    }
}
