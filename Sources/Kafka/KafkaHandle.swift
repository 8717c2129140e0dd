// Owns one rd_kafka_t: creation, events, and destruction in the right order.
internal import CRdKafka
internal import World

/// One client instance of librdkafka. It logs nothing; what goes wrong is kept as events and told in errors.
final class KafkaHandle {
    /// Which of librdkafka's two kinds of client.
    enum Kind {
        case consumer
        case producer
    }

    let configuration: KafkaConfiguration
    /// Where messages go that were read.
    let returns = MessageReturns()
    private(set) var pointer: OpaquePointer
    private let events: OpaquePointer
    private var isOpen = true
    private let clock = ContinuousClock()

    /// The last error the library told us about, other than "all brokers are down".
    private var lastError: (code: rd_kafka_resp_err_t, text: String)?
    /// Since when no broker could be reached; nil while one can.
    private var downSince: ContinuousClock.Instant?

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - kind: Consumer or producer.
    ///   - configuration: The address and the user's properties.
    ///   - defaults: Properties set before the user's, so that those win.
    ///   - fixed: Properties set after the user's.
    ///   - alsoEvents: Further kinds of events the library shall tell of, besides errors and delivery reports.
    /// - Throws: ``BrokerError`` `configuration`.
    init(
        _ kind: Kind, _ configuration: KafkaConfiguration, defaults: [KafkaProperty], fixed: [KafkaProperty],
        alsoEvents: Int32 = 0
    ) throws {
        self.configuration = configuration
        let common = [
            KafkaProperty(name: "client.id", value: "kbench"),
            // Back within a second when the broker is back; the library's own limit is ten.
            KafkaProperty(name: "reconnect.backoff.max.ms", value: "1000"),
            // A broker that is stopped is left for the partition's new leader before the engine's patience is over; the
            // library's own limit is a minute.
            KafkaProperty(name: "socket.timeout.ms", value: "10000"),
        ]
        let settings = rd_kafka_conf_new()
        do {
            for property in common + defaults + configuration.properties + fixed {
                try KafkaHandle.set(property, on: settings)
            }
            try KafkaHandle.set(
                KafkaProperty(name: "bootstrap.servers", value: configuration.bootstrap), on: settings)
        } catch {
            rd_kafka_conf_destroy(settings)
            throw error
        }
        if kind == .consumer { returns.attach(to: settings) }
        rd_kafka_conf_set_log_cb(settings) { _, _, _, _ in }
        rd_kafka_conf_set_events(settings, RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_DR | alsoEvents)
        pointer = try KafkaHandle.make(kind, settings, location: configuration.bootstrap)
        events = rd_kafka_queue_get_main(pointer)
    }

    deinit { close() }

    /// Destroys the client; all its queues and messages must be gone already.
    func close() {
        guard isOpen else { return }
        isOpen = false
        rd_kafka_queue_destroy(events)
        // There is no group to leave any more, if there was one, and no offset to commit.
        rd_kafka_destroy_flags(pointer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
    }

    /// Makes the client; the library takes the settings over only when it succeeds.
    static func make(_ kind: Kind, _ settings: OpaquePointer?, location: String) throws -> OpaquePointer {
        var made: OpaquePointer?
        let reason = withErrorText { text, size in
            made = rd_kafka_new(kind == .consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER, settings, text, size)
        }
        guard let made else {
            rd_kafka_conf_destroy(settings)
            throw BrokerError(.configuration, reason, cause: rd_kafka_last_error().cause, location: location)
        }
        return made
    }

    /// Sets one property.
    static func set(_ property: KafkaProperty, on settings: OpaquePointer?) throws {
        var result = RD_KAFKA_CONF_OK
        let reason = withErrorText { text, size in
            result = rd_kafka_conf_set(settings, property.name, property.value, text, size)
        }
        guard result == RD_KAFKA_CONF_OK else {
            // A name that nobody knows may be a secret's that is misspelt.
            let value = result == RD_KAFKA_CONF_UNKNOWN ? "" : "=\(property.displayedValue)"
            throw BrokerError(.configuration, "\(property.name)\(value): \(reason)", location: property.name)
        }
    }

    /// Lends a buffer for the library's error text and returns what is in it.
    static func withErrorText(_ body: (UnsafeMutablePointer<CChar>?, Int) -> Void) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
            buffer.initialize(repeating: 0)
            body(buffer.baseAddress, buffer.count)
            return buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
    }

    // MARK: Events

    /// Waits for an event; errors are kept here, any other is handed to `body`.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    func pollEvent(_ timeout: Int32, _ body: (OpaquePointer) -> Void = { _ in }) -> Bool {
        guard let event = rd_kafka_queue_poll(events, timeout) else { return false }
        defer { rd_kafka_event_destroy(event) }
        if rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR {
            note(event)
        } else {
            body(event)
        }
        return true
    }

    /// The pause before a request is sent a second time, in milliseconds.
    static let shortestPause: Int32 = 20

    /// Waits before a request is sent again, and makes the next such pause twice as long, up to half a second. An event
    /// ends it early.
    func pause(_ milliseconds: inout Int32) {
        pollEvent(milliseconds)
        milliseconds = min(milliseconds * 2, 500)
    }

    /// Keeps an error event.
    func note(_ event: OpaquePointer) {
        let code = rd_kafka_event_error(event)
        if code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN {
            if downSince == nil { downSince = clock.now }
        } else {
            lastError = (code, String(cString: rd_kafka_event_error_string(event)))
        }
    }

    /// Takes in what has happened so far.
    func takeEvents() {
        while pollEvent(0) {}
    }

    /// Something arrived: the cluster is there.
    func noteAnswer() { downSince = nil }

    /// What the library last complained about, added to an error's text.
    var complaint: String { lastError.map { "; last seen: \($0.text)" } ?? "" }

    // MARK: Reaching the cluster

    /// Waits until a broker answers.
    ///
    /// - Throws: ``BrokerError`` `unreachable` (or `notAllowed`) once the limits of the configuration are over.
    func connect() throws {
        let start = clock.now
        while true {
            let code = requestBrokers(timeout: 200)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { return noteAnswer() }
            takeEvents()
            let elapsed = clock.now - start
            let isHopeless = downSince != nil && elapsed >= configuration.refusedTimeout
            let isRefusal = lastError?.code.brokerErrorCode == .notAllowed
            if isHopeless || isRefusal || elapsed >= configuration.connectTimeout {
                throw unreachable(after: elapsed)
            }
        }
    }

    /// Throws when no broker could be reached for as long as the configuration waits for one; cheap while all is well.
    func throwIfDown() throws {
        takeEvents()
        guard let since = downSince, clock.now - since >= configuration.connectTimeout else { return }
        // The library says when all brokers went away but not when one came back.
        if requestBrokers(timeout: 1000) == RD_KAFKA_RESP_ERR_NO_ERROR { return noteAnswer() }
        takeEvents()
        throw unreachable(after: clock.now - since)
    }

    private func requestBrokers(timeout: Int32) -> rd_kafka_resp_err_t {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(pointer, 0, nil, &metadata, timeout)
        if let metadata { rd_kafka_metadata_destroy(metadata) }
        return code
    }

    private func unreachable(after elapsed: Duration) -> BrokerError {
        let code = lastError?.code ?? RD_KAFKA_RESP_ERR__TIMED_OUT
        let kind: BrokerError.Code = code.brokerErrorCode == .notAllowed ? .notAllowed : .unreachable
        let reason = lastError?.text ?? "it accepts connections but does not answer as a Kafka broker does"
        return BrokerError(
            kind, "no broker answered at \(configuration.bootstrap) within \(elapsed.milliseconds) ms: \(reason)",
            cause: code.cause, location: configuration.bootstrap)
    }

    /// Makes the error of a failed request, telling a broker that is gone from one that refused.
    func failure(_ code: rd_kafka_resp_err_t, doing: String, location: String) -> BrokerError {
        takeEvents()
        var error = BrokerError(code, doing: doing, location: "\(configuration.bootstrap) \(location)")
        if code.isTransient {
            if downSince != nil { error.code = .unreachable }
            error.message += complaint
        }
        return error
    }
}

/// A failure whose place and meaning the caller knows.
struct LibraryError: Error {
    var code: rd_kafka_resp_err_t

    init(_ code: rd_kafka_resp_err_t) { self.code = code }
}

extension Duration {
    /// Whole milliseconds, rounded up so that a short wait does not become a busy loop, at most what a C int holds.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        if seconds >= Int64(Int32.max / 1000) { return Int32.max }
        let whole = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(max(whole, 0))
    }
}

/// librdkafka, the library that every call of this module ends in.
public enum KafkaLibrary {
    /// The version of the library in use at run time, such as `2.0.2`.
    public static var version: String { String(cString: rd_kafka_version_str()) }
}
