// What all connections of a proxy share: listeners, counts, the account, and whether traffic stands still.
internal import KafkaWire
internal import NIOCore
internal import NIOPosix

/// The proxy's state, on its event loop.
final class Relay {
    let settings: ProxySettings
    private let loop: any EventLoop
    let upstream: Upstream
    /// Why a broker could not be connected to, the last time; nil: each could.
    private(set) var obstacle: String?
    private let owner: @Sendable (FiredPoint) -> Void

    private(set) var isFrozen = false
    private(set) var watch = PointWatch()
    private(set) var ledger = WireLedger()
    private var names = TopicNames()
    /// Frames whose bodies could not be read, so that the ledger lacks what they say.
    private(set) var unread = 0

    private var links: [Int: Link] = [:]
    private var linksMade = 0
    /// The broker at the other end of each connection that there was.
    private(set) var brokers: [Int: WireAddress] = [:]
    private var listeners: [WireAddress: EventLoopFuture<Void>] = [:]
    private var ports: [WireAddress: Int32] = [:]
    private var lastTraffic = NIODeadline.uptimeNanoseconds(0)

    init(
        _ settings: ProxySettings, _ upstream: Upstream, _ loop: any EventLoop,
        _ owner: @escaping @Sendable (FiredPoint) -> Void
    ) {
        self.settings = settings
        self.upstream = upstream
        self.loop = loop
        self.owner = owner
    }

    // MARK: Points

    /// Whether frames pass unread.
    var isPlain: Bool { !settings.keepsLedger && !watch.isArmed && !settings.trims && settings.lockstep == nil }
    private var reads: Bool { settings.keepsLedger || watch.isArmed || settings.lockstep != nil }

    func arm(_ trigger: WireTrigger, _ action: WireAction) { watch.arm(trigger, action) }
    func disarm() { watch.disarm() }

    func count(_ point: WirePoint) { _ = watch.pass(point, clientId: nil, places: []) }

    func pass(
        _ point: WirePoint, _ clientId: String?, _ places: [WirePlace]
    ) -> (trigger: WireTrigger, action: WireAction)? {
        watch.pass(point, clientId: clientId, places: places)
    }

    /// Tells the owner; before a kill, traffic stops.
    func fire(_ trigger: WireTrigger, _ action: WireAction) {
        if action == .kill { isFrozen = true }
        owner(FiredPoint(trigger: trigger, action: action))
    }

    func freeze() { isFrozen = true }

    // MARK: Account

    func facts(of key: Int16, _ read: (TopicNames) throws -> RequestFacts?) -> RequestFacts? {
        guard reads else { return nil }
        do {
            return try read(names)
        } catch {
            unread += 1
            return nil
        }
    }

    func learn(from key: Int16, _ read: (inout TopicNames) throws -> ResponseFacts?) -> ResponseFacts? {
        guard reads else { return nil }
        do {
            return try read(&names)
        } catch {
            unread += 1
            return nil
        }
    }

    func enter(_ facts: RequestFacts, connection: Int) -> WireLedger.Ticket? {
        settings.keepsLedger ? ledger.enter(facts, connection: connection) : nil
    }

    func enter(_ facts: ResponseFacts, of ticket: WireLedger.Ticket, isTold: Bool) {
        ledger.enter(facts, of: ticket, isTold: isTold)
    }

    func forgetMembers(of group: String) { ledger.forgetMembers(of: group) }

    // MARK: Waiting

    func after(_ milliseconds: Int64, _ body: @escaping () -> Void) {
        loop.assumeIsolated().scheduleTask(in: .milliseconds(milliseconds), body)
    }

    /// Requests that say nothing of what a pipeline does, or are answered only after a while.
    private static let idle: Set<Int16> = Set(
        [ApiKey.fetch, .heartbeat, .joinGroup, .syncGroup, .metadata].map(\.rawValue) + [ConsumerHeartbeat.key])
    private static let shareFetch = AddressedApi.shareFetch.rawValue

    func noteTraffic(_ key: Int16) { if !Self.idle.contains(key) { lastTraffic = .now() } }

    /// Runs `body` when wire and sink have been silent, or the limit is over.
    func whenQuiet(_ lockstep: Lockstep, _ body: @escaping () -> Void) {
        wait(
            lockstep, until: .now() + .milliseconds(lockstep.limitMilliseconds), lockstep.activity(), since: .now(),
            body)
    }

    private func wait(
        _ lockstep: Lockstep, until limit: NIODeadline, _ activity: UInt64, since quiet: NIODeadline,
        _ body: @escaping () -> Void
    ) {
        let now = NIODeadline.now()
        let current = lockstep.activity()
        let since = current != activity ? now : max(quiet, lastTraffic)
        guard now < limit, now - since < .milliseconds(lockstep.quietMilliseconds), !isFrozen else {
            // Whoever waits on another connection waits for what comes of this.
            lastTraffic = now
            return body()
        }
        after(Self.pace) { self.wait(lockstep, until: limit, current, since: since, body) }
    }

    /// How often it is looked whether all is silent, in milliseconds.
    private static let pace: Int64 = 2

    /// Requests that went to a broker and change something, but have no answer yet.
    var openEffects: Int {
        links.values.reduce(0) { sum, link in
            sum + link.pending.values.count { !Self.idle.contains($0.key) && $0.key != Self.shareFetch }
        }
    }

    /// Ends all connections, and lets traffic pass again: the next life begins.
    func release() {
        for link in links.values { link.close() }
        isFrozen = false
        ledger.beginLife()
    }

    // MARK: Connections

    func forget(_ link: Link) { links[link.id] = nil }

    /// The address that clients use in place of a broker's, once its listener is open.
    func place(_ broker: WireAddress) -> WireAddress {
        ports[broker].map { WireAddress(settings.host, $0) } ?? broker
    }

    /// Opens the listeners that are missing; nil when none is.
    func open(_ brokers: [WireAddress]) -> EventLoopFuture<Void>? {
        let missing = brokers.filter { ports[$0] == nil }
        guard !missing.isEmpty else { return nil }
        return EventLoopFuture.andAllSucceed(missing.map(listener), on: loop)
    }

    private func listener(_ broker: WireAddress) -> EventLoopFuture<Void> {
        if let listener = listeners[broker] { return listener }
        let relay = NIOLoopBound(self, eventLoop: loop)
        let listener = ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 256)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.recvAllocator, value: Upstream.allocator)
            .childChannelInitializer { relay.value.accept($0, broker) }
            .bind(host: settings.host, port: 0)
            .map { channel in
                relay.value.ports[broker] = Int32(clamping: channel.localAddress?.port ?? 0)
            }
        listeners[broker] = listener
        // Whoever needs it next tries again.
        listener.whenFailure { _ in relay.value.listeners[broker] = nil }
        return listener
    }

    private func accept(_ client: any Channel, _ broker: WireAddress) -> EventLoopFuture<Void> {
        guard !isFrozen else { return client.close() }
        linksMade += 1
        let link = Link(linksMade, self)
        links[link.id] = link
        brokers[link.id] = broker
        let bound = NIOLoopBound((relay: self, link: link), eventLoop: loop)
        return loop.makeCompletedFuture { try client.pipeline.syncOperations.addHandler(Pipe(link, .client)) }
            .map {
                let (relay, link) = bound.value
                relay.upstream.connect(to: broker, on: relay.loop).assumeIsolated().whenComplete { result in
                    do {
                        let channel = try result.get()
                        try channel.pipeline.syncOperations.addHandler(Pipe(link, .broker))
                        link.begin(client: client, broker: channel)
                        relay.obstacle = nil
                    } catch {
                        relay.obstacle = "\(broker): \(error)"
                        client.close(promise: nil)
                        link.close()
                    }
                }
            }
    }
}
