// TLS: the certificate and the key that the broker shows and proves.
internal import NIOCore
internal import NIOSSL
internal import Posix
package import World

/// Files of a certificate, in PEM.
package struct ServedCertificate: Equatable, Sendable {
    /// The broker's own certificate first, then those that vouch for it.
    package var chain: String
    /// The private key, without a password.
    package var key: String

    package init(chain: String, key: String) {
        self.chain = chain
        self.key = key
    }

    /// - Throws: ``CertificateError``.
    func context() throws -> NIOSSLContext {
        let certificates = try Self.reading(
            chain, "it holds no certificate in PEM", "name a file that begins with BEGIN CERTIFICATE"
        ) { try NIOSSLCertificate.fromPEMFile(chain) }
        let own = try Self.reading(
            key, "it holds no private key in PEM, or one with a password",
            "name a file that begins with BEGIN PRIVATE KEY; openssl pkey -in FILE takes a password away"
        ) { try NIOSSLPrivateKey(file: key, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(own))
        // Who goes away without a word is not waited for: the broker ends within two seconds.
        configuration.shutdownTimeout = TimeAmount.milliseconds(200)
        return try Self.reading(
            key, "it is not the key of the certificate in \(chain)", "name the key that this certificate was made with"
        ) { try NIOSSLContext(configuration: configuration) }
    }

    private static func reading<R>(_ file: String, _ fault: String, _ fix: String, _ body: () throws -> R) throws -> R {
        do {
            // The library does not say why it has nothing of a file.
            try PosixDisk().open(file, .read).close()
            return try body()
        } catch let error as DiskError {
            throw CertificateError(
                location: file, message: "it cannot be read: \(error.reason)",
                fix: "name a file that is there and may be read")
        } catch {
            throw CertificateError(location: file, message: fault, fix: fix)
        }
    }
}

/// Why a certificate cannot be used.
package struct CertificateError: DiagnosticError {
    /// The kind of failure, for programs.
    package var code: String { "certificate" }
    /// The file.
    package var location: String
    package var message: String
    package var fix: String
    package var cause: String { "\(location): \(message)" }
    package var exitCode: ExitStatus { .usage }
}
