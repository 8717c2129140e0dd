// Names the client library behind this module.
internal import CRdKafka

/// librdkafka, the library that every call of this module ends in.
public enum KafkaLibrary {
    /// The version of the library in use at run time, such as `2.0.2`.
    public static var version: String { String(cString: rd_kafka_version_str()) }
}
