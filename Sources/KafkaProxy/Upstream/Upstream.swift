// Connects to brokers: encrypts and logs in where they want that, before anything of a client's goes out.
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Sasl

/// The way to every broker.
struct Upstream: Sendable {
    private let tls: NIOSSLContext?
    private let login: SaslLogin?

    /// Whether what comes has to be decrypted.
    var isEncrypted: Bool { tls != nil }

    /// - Throws: ``ProxyPropertyError`` for files that cannot be used.
    init(_ security: UpstreamSecurity) throws {
        tls = try security.encryption.map { try $0.context() }
        login = security.login
    }

    private static let patience = TimeAmount.seconds(10)
    /// How much is read at once: as much as comes, within bounds.
    static let allocator = AdaptiveRecvByteBufferAllocator(
        minimum: 4 << 10, initial: 16 << 10, maximum: 1 << 20)

    /// Connects, and reads nothing by itself: the first bytes that come are the answer to what is sent first.
    ///
    /// The loop must be the one that this is called on.
    func connect(to broker: WireAddress, on loop: any EventLoop) -> EventLoopFuture<any Channel> {
        let greeted = loop.makePromise(of: Void.self)
        let (tls, login) = (tls, login)
        let isPlain = tls == nil && login == nil
        // An address of numbers has no name that a certificate could be asked for by.
        let name = (try? SocketAddress(ipAddress: broker.host, port: Int(broker.port))) == nil ? broker.host : nil
        let connected = ClientBootstrap(group: loop)
            .channelOption(.autoRead, value: false)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.recvAllocator, value: Self.allocator)
            .connectTimeout(Self.patience)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard !isPlain else { return }
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name)) }
                    try pipeline.addHandler(Greeting(isEncrypted: tls != nil, login, greeted, Self.patience))
                }
            }
            .connect(host: broker.host, port: Int(broker.port))
        if isPlain { greeted.succeed() } else { connected.whenFailure { greeted.fail($0) } }
        return connected.flatMap { channel in
            greeted.futureResult.map { channel }.flatMapErrorThrowing { error in
                channel.close(promise: nil)
                throw error
            }
        }
    }
}

extension BrokerSecurity.Encryption {
    /// - Throws: ``ProxyPropertyError``.
    fileprivate func context() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification =
            !verifies ? .none : verifiesHost ? .fullVerification : .noHostnameVerification
        // Who goes away without a word is not waited for.
        configuration.shutdownTimeout = .milliseconds(200)
        if let authoritiesText {
            configuration.trustRoots = .certificates(
                try reading("ssl.ca.pem") { try NIOSSLCertificate.fromPEMBytes(Array(authoritiesText.utf8)) })
        } else if let authorities {
            configuration.trustRoots = .file(authorities)
        }
        if let certificateText {
            configuration.certificateChain = try reading("ssl.certificate.pem") {
                try NIOSSLCertificate.fromPEMBytes(Array(certificateText.utf8)).map { .certificate($0) }
            }
        } else if let certificate {
            configuration.certificateChain = try reading("ssl.certificate.location") {
                try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
            }
        }
        let password = Array((keyPassword ?? "").utf8)
        let give: NIOSSLPassphraseCallback<[UInt8]> = { $0(password) }
        if let keyText {
            configuration.privateKey = .privateKey(
                try reading("ssl.key.pem") {
                    try NIOSSLPrivateKey(bytes: Array(keyText.utf8), format: .pem, passphraseCallback: give)
                })
        } else if let key {
            configuration.privateKey = .privateKey(
                try reading("ssl.key.location") {
                    try NIOSSLPrivateKey(file: key, format: .pem, passphraseCallback: give)
                })
        }
        return try reading(authorities == nil ? "ssl.certificate.location" : "ssl.ca.location") {
            try NIOSSLContext(configuration: configuration)
        }
    }

    private func reading<R>(_ property: String, _ body: () throws -> R) throws(ProxyPropertyError) -> R {
        do {
            return try body()
        } catch {
            throw ProxyPropertyError(property, "cannot be used: \(error)")
        }
    }
}
