// A proxy between any pipeline and any broker, that stops traffic at a named frame and keeps account of the rest.
internal import KafkaWire
internal import NIOCore
internal import NIOPosix
package import World

/// Holds each answer with records until nothing has happened for a while.
package struct Lockstep: Sendable {
    /// How long wire and sink have to be silent.
    package var quietMilliseconds: Int64
    /// How long an answer is held at most.
    package var limitMilliseconds: Int64
    /// Something that changes whenever the sink does, such as its size.
    package var activity: @Sendable () -> UInt64

    package init(
        quietMilliseconds: Int64 = 30, limitMilliseconds: Int64 = 5_000,
        activity: @escaping @Sendable () -> UInt64 = { 0 }
    ) {
        self.quietMilliseconds = quietMilliseconds
        self.limitMilliseconds = limitMilliseconds
        self.activity = activity
    }
}

/// How a proxy behaves.
package struct ProxySettings: Sendable {
    /// Some of the cluster's brokers; the others are learnt from their answers.
    package var brokers: [WireAddress]
    /// Where listeners are opened.
    package var host = "127.0.0.1"
    /// Whether bodies are read and accounted for. Without, and with nothing armed, only headers are.
    package var keepsLedger = true
    /// Whether an answer to Fetch has one batch at most.
    package var trims = false
    /// nil: answers come as soon as they can.
    package var lockstep: Lockstep?
    /// What brokers want before they take requests.
    package var security = UpstreamSecurity.none

    package init(brokers: [WireAddress]) { self.brokers = brokers }

    /// The brokers of a list such as `one:9092,two:9092,[::1]:9092`; nil for what is none.
    package static func brokers(of bootstrap: String) -> [WireAddress]? {
        let words = bootstrap.split(separator: ",", omittingEmptySubsequences: false)
        let addresses = words.compactMap { word -> WireAddress? in
            guard let colon = word.lastIndex(of: ":"), let port = Int32(word[word.index(after: colon)...]),
                (1...65_535).contains(port)
            else { return nil }
            var host = word[..<colon]
            if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
            return host.isEmpty ? nil : WireAddress(String(host), port)
        }
        return addresses.count == words.count && !addresses.isEmpty ? addresses : nil
    }
}

/// A frame that came to its point.
package struct FiredPoint: Equatable, Sendable {
    package var trigger: WireTrigger
    package var action: WireAction
}

/// How far a life has come, as the account has it.
package struct ProxyProgress: Equatable, Sendable {
    /// From which offset each partition was asked for last.
    package var positions: [WirePlace: Int64] = [:]
    /// Offsets that the broker has taken, of all lives.
    package var commits = 0

    package init(positions: [WirePlace: Int64] = [:], commits: Int = 0) {
        self.positions = positions
        self.commits = commits
    }
}

/// Why there is no proxy.
package struct ProxyError: DiagnosticError {
    /// The kind of failure, for programs.
    package var code: String { "proxy-not-started" }
    /// What the system says, or a broker.
    package var message: String
    package var fix: String
    package var cause: String { "no proxy can be started before the brokers: \(message)" }
    package var exitCode: ExitStatus { .brokerUnreachable }
}

/// The proxy, on one event loop. Its functions may be called from any thread but that one, and wait for it.
package final class KafkaProxy: Sendable {
    /// Where clients connect, such as `127.0.0.1:40001`.
    package let bootstrap: String
    private let relay: NIOLoopBound<Relay>
    private let loop: any EventLoop
    private let group: MultiThreadedEventLoopGroup

    private init(
        _ bootstrap: String, _ relay: NIOLoopBound<Relay>, _ loop: any EventLoop, _ group: MultiThreadedEventLoopGroup
    ) {
        self.bootstrap = bootstrap
        self.relay = relay
        self.loop = loop
        self.group = group
    }

    /// Begins to listen, until ``stop()``. `onFire` is called on the event loop when a frame comes to an armed point:
    /// when the action is a kill, traffic stands still already. It must not call the proxy.
    ///
    /// A broker that wants TLS or a login is connected to once, so that it shows whether it takes the proxy.
    ///
    /// - Throws: ``ProxyError``, or ``ProxyPropertyError`` for files of TLS that cannot be used.
    package static func start(
        _ settings: ProxySettings, onFire: @escaping @Sendable (FiredPoint) -> Void = { _ in }
    ) throws -> KafkaProxy {
        let upstream = try Upstream(settings.security)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        do {
            if settings.security != .none { try greet(settings.brokers, upstream, loop) }
            let relay = try loop.submit {
                NIOLoopBound(Relay(settings, upstream, loop, onFire), eventLoop: loop)
            }.wait()
            try loop.flatSubmit {
                relay.value.open(settings.brokers) ?? loop.makeSucceededVoidFuture()
            }.wait()
            let places = try loop.submit { settings.brokers.map { relay.value.place($0).description } }.wait()
            return KafkaProxy(places.joined(separator: ","), relay, loop, group)
        } catch let error as ProxyError {
            try? group.syncShutdownGracefully()
            throw error
        } catch {
            try? group.syncShutdownGracefully()
            throw ProxyError(message: "\(error)", fix: "look for a limit of open files or ports")
        }
    }

    /// Connects to one of the brokers, whichever takes the proxy first.
    private static func greet(_ brokers: [WireAddress], _ upstream: Upstream, _ loop: any EventLoop) throws {
        var refusals: [String] = []
        for broker in brokers {
            do {
                let channel = try loop.flatSubmit { upstream.connect(to: broker, on: loop) }.wait()
                try? channel.close().wait()
                return
            } catch {
                refusals.append("\(broker): \(error)")
            }
        }
        throw ProxyError(
            message: refusals.joined(separator: "; "),
            fix: "look at security.protocol and at the properties of TLS and SASL that were given")
    }

    /// Runs on the event loop. It only fails when the proxy has been stopped, and then there is nothing to ask.
    private func ask<R: Sendable>(_ body: @escaping @Sendable (Relay) -> R) -> R? {
        let relay = relay
        return try? loop.submit { body(relay.value) }.wait()
    }

    /// Waits for a frame, whose occurrences are counted from now on.
    package func arm(_ trigger: WireTrigger, _ action: WireAction) { _ = ask { $0.arm(trigger, action) } }

    /// Waits for no frame any more.
    package func disarm() { _ = ask { $0.disarm() } }

    /// How many frames each point has seen. Without bodies being read, `wire.fetch.records` has seen none.
    package var census: [WirePoint: Int] { ask { $0.watch.census } ?? [:] }

    /// How many frames have passed the filters of each trigger that is still waited for.
    package var seen: [WireTrigger: Int] { ask { $0.watch.seen } ?? [:] }

    /// The account.
    package var ledger: WireLedger { ask { $0.ledger } ?? WireLedger() }

    /// How far this life has come.
    package var progress: ProxyProgress {
        ask { ProxyProgress(positions: $0.ledger.positions, commits: $0.ledger.takenCommits) } ?? ProxyProgress()
    }

    /// Why a broker could not be connected to, the last time that it was tried; nil where it could.
    package var obstacle: String? { ask { $0.obstacle } ?? nil }

    /// Frames whose bodies could not be read, so that the account lacks what they say.
    package var unread: Int { ask { $0.unread } ?? 0 }

    /// Stops all traffic: nothing goes on in either direction, what clients write is dropped, and so is what brokers
    /// answer.
    package func freeze() { _ = ask { $0.freeze() } }

    /// Waits, at most for `limit`, until brokers have answered every request that changes something, and then for
    /// `quiet`: what asks for no answer has none to wait for.
    ///
    /// - Returns: Whether all were answered.
    @discardableResult
    package func settle(quiet: Duration = .milliseconds(50), limit: Duration = .seconds(5)) -> Bool {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while let open = ask({ $0.openEffects }), open > 0 {
            guard clock.now < end else { return false }
            pause(.milliseconds(2))
        }
        pause(quiet)
        return true
    }

    private func pause(_ duration: Duration) {
        let (seconds, fraction) = duration.components
        let delay = TimeAmount.nanoseconds(seconds * 1_000_000_000 + fraction / 1_000_000_000)
        // It only fails when the proxy has been stopped.
        try? loop.scheduleTask(in: delay) {}.futureResult.wait()
    }

    /// Sends every member that joined over the proxy and has not left off, as a killed one would keep its partitions
    /// until its session ends.
    ///
    /// - Returns: How many brokers took their leave; a member that a broker does not know counts too.
    @discardableResult
    package func evict() -> Int {
        let members = ask { relay in
            relay.ledger.members.sorted { $0.key < $1.key }.flatMap { group, members in
                members.sorted { $0.key < $1.key }.compactMap { member, membership in
                    relay.brokers[membership.connection].map {
                        Departure(group: group, member: member, membership: membership, broker: $0)
                    }
                }
            }
        }
        guard let upstream = ask({ $0.upstream }) else { return 0 }
        return (members ?? []).reduce(0) { count, departure in
            let isGone = try? loop.flatSubmit { [loop] in departure.carryOut(by: upstream, on: loop) }.wait()
            guard isGone == true else { return count }
            return count + 1
        }
    }

    /// Ends all connections and lets traffic pass again: the next life begins.
    package func release() { _ = ask { $0.release() } }

    /// Ends all connections and closes all listeners.
    package func stop() {
        // It fails only when it is called twice, and then there is nothing left to do.
        try? group.syncShutdownGracefully()
    }
}
