// The one connection to ZooKeeper: opened when it is needed, made anew when it is lost, given up after a bounded time.
internal import CZooKeeper
internal import Dispatch
internal import World

/// A client of ZooKeeper whose calls block, each for a bounded time. One thread uses it at a time.
///
/// No node of ours lives and dies with a session, so an expired session loses nothing: the next request opens another.
final class ZooKeeperSession {
    private let configuration: ZooKeeperConfiguration
    private var connection: Connection?
    private var hasAnswered = false

    /// The library's handle, and the signal that its thread raises when the connection changes.
    private struct Connection {
        let handle: OpaquePointer
        let changed: DispatchSemaphore
    }

    init(_ configuration: ZooKeeperConfiguration) { self.configuration = configuration }

    deinit { close() }

    /// Ends the session.
    func close() {
        guard let connection else { return }
        self.connection = nil
        // It joins the library's threads, so nobody calls the watcher afterwards.
        zookeeper_close(connection.handle)
        Unmanaged.passUnretained(connection.changed).release()
    }

    /// Sends a request until it is answered, and returns the answer's code; `request` may be sent more than once.
    ///
    /// - Throws: `OffsetStoreError` `unreachable` when no answer came in time, `notAllowed`.
    func perform(_ doing: String, _ path: String, _ request: (OpaquePointer) -> Int32) throws -> Int32 {
        let clock = ContinuousClock()
        let patience = hasAnswered ? configuration.requestTimeout : configuration.connectTimeout
        let deadline = clock.now + patience
        while true {
            let connection = try open(doing, path)
            let code = request(connection.handle)
            switch code {
            case ZCONNECTIONLOSS.rawValue, ZOPERATIONTIMEOUT.rawValue, ZSESSIONMOVED.rawValue,
                ZTHROTTLEDOP.rawValue:
                break
            case ZSESSIONEXPIRED.rawValue, ZINVALIDSTATE.rawValue, ZCLOSING.rawValue:
                close()
            case ZNOAUTH.rawValue, ZAUTHFAILED.rawValue, ZSESSIONCLOSEDREQUIRESASLAUTH.rawValue:
                throw failure(.notAllowed, "ZooKeeper does not allow to \(doing)", path, code)
            default:
                hasAnswered = true
                return code
            }
            guard clock.now < deadline else {
                throw failure(
                    .unreachable, "ZooKeeper gave no answer within \(patience.seconds) s to \(doing)", path, code)
            }
            // Until something happens to the connection, or a moment has passed.
            _ = connection.changed.wait(timeout: .now() + .milliseconds(50))
        }
    }

    /// The error behind a code that is no success.
    func failure(_ code: OffsetStoreError.Code, _ message: String, _ path: String, _ libraryCode: Int32)
        -> OffsetStoreError
    {
        let words = zerror(libraryCode).map { String(cString: $0) } ?? "unknown"
        return OffsetStoreError(
            code, message, cause: "zookeeper \(libraryCode) \(words)", location: "\(configuration.address) \(path)")
    }

    private func open(_ doing: String, _ path: String) throws -> Connection {
        if let connection { return connection }
        // The library writes to standard error otherwise; what matters comes back as codes.
        zoo_set_debug_level(ZooLogLevel(rawValue: 0))
        let changed = DispatchSemaphore(value: 0)
        let context = Unmanaged.passRetained(changed)
        let handle = zookeeper_init(
            configuration.address,
            { _, _, _, _, context in
                guard let context else { return }
                Unmanaged<DispatchSemaphore>.fromOpaque(context).takeUnretainedValue().signal()
            }, configuration.sessionTimeout.milliseconds, nil, context.toOpaque(), 0)
        guard let handle else {
            context.release()
            throw OffsetStoreError(
                .unreachable, "the address of the ZooKeeper cannot be resolved, to \(doing)",
                location: "\(configuration.address) \(path)")
        }
        let connection = Connection(handle: handle, changed: changed)
        self.connection = connection
        return connection
    }
}

extension Duration {
    /// Whole milliseconds, as the library counts time.
    fileprivate var milliseconds: Int32 {
        Int32(clamping: components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
    }

    /// Seconds, rounded up.
    fileprivate var seconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
