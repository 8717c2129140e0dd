// A bare error code of librdkafka on its way to becoming a BrokerError.
internal import CRdKafka

/// A failure whose place and meaning the caller knows.
struct LibraryError: Error {
    var code: rd_kafka_resp_err_t

    init(_ code: rd_kafka_resp_err_t) { self.code = code }
}
