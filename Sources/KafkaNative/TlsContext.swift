// Whom this client trusts, and what it shows of itself: what all of its encrypted connections share.
internal import CTls
internal import Posix
internal import Sasl
internal import World

/// The settings of TLS, read from their files once. Nothing of it changes after it was made, and the library lets
/// connections of several threads use one then.
final class TlsContext: @unchecked Sendable {
    let pointer: OpaquePointer
    let verifiesHost: Bool

    /// - Throws: `BrokerError` `configuration`, naming the property whose file cannot be used.
    init(_ encryption: BrokerSecurity.Encryption) throws {
        guard let pointer = SSL_CTX_new(TLS_client_method()) else {
            throw TlsContext.fault("security.protocol", "asks for TLS, which the library refuses")
        }
        self.pointer = pointer
        verifiesHost = encryption.verifies && encryption.verifiesHost
        _ = ctls_refuse_what_is_old(pointer)
        SSL_CTX_set_verify(pointer, encryption.verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nil)
        try trust(encryption)
        try show(encryption)
    }

    deinit { SSL_CTX_free(pointer) }

    static func fault(_ property: String, _ reason: String) -> BrokerError {
        BrokerError(.configuration, "\(property) \(reason)", location: property)
    }

    private func trust(_ encryption: BrokerSecurity.Encryption) throws {
        if let text = encryption.authoritiesText {
            try trust(certificatesIn: Array(text.utf8), of: "ssl.ca.pem")
        } else if let place = encryption.authorities {
            if FileSystem.isDirectory(place) {
                guard SSL_CTX_load_verify_dir(pointer, place) == 1 else {
                    throw TlsContext.fault("ssl.ca.location", "names a folder of no use: \(place)")
                }
            } else {
                try trust(certificatesIn: TlsContext.bytes(of: place, "ssl.ca.location"), of: "ssl.ca.location")
            }
        } else {
            _ = SSL_CTX_set_default_verify_paths(pointer)
        }
    }

    private func trust(certificatesIn bytes: [UInt8], of property: String) throws {
        for certificate in try TlsContext.certificates(in: bytes, of: property) {
            X509_STORE_add_cert(SSL_CTX_get_cert_store(pointer), certificate)
            X509_free(certificate)
        }
    }

    /// The client's own certificate and key, where brokers ask for them.
    private func show(_ encryption: BrokerSecurity.Encryption) throws {
        let isText = encryption.certificateText != nil
        let name = isText ? "ssl.certificate.pem" : "ssl.certificate.location"
        if let bytes = try TlsContext.bytes(encryption.certificateText, orOf: encryption.certificate, name) {
            for (number, certificate) in try TlsContext.certificates(in: bytes, of: name).enumerated() {
                let isTaken =
                    number == 0
                    ? SSL_CTX_use_certificate(pointer, certificate) == 1
                    : ctls_add_to_chain(pointer, certificate) == 1
                X509_free(certificate)
                guard isTaken else { throw TlsContext.fault(name, "holds a certificate of no use: \(TlsFault.words)") }
            }
        }
        let keyName = encryption.keyText != nil ? "ssl.key.pem" : "ssl.key.location"
        guard let bytes = try TlsContext.bytes(encryption.keyText, orOf: encryption.key, keyName) else { return }
        let key = TlsContext.reading(bytes) { file in
            // The password is given even where there is none: the library would ask whoever sits there.
            var password = Array((encryption.keyPassword ?? "").utf8CString)
            return PEM_read_bio_PrivateKey(file, nil, nil, &password)
        }
        guard let key else {
            throw TlsContext.fault(
                keyName, "holds no private key in PEM, or one with another password than ssl.key.password")
        }
        defer { EVP_PKEY_free(key) }
        guard SSL_CTX_use_PrivateKey(pointer, key) == 1, SSL_CTX_check_private_key(pointer) == 1 else {
            throw TlsContext.fault(keyName, "is not the key of the certificate")
        }
    }

    // MARK: PEM

    private static func bytes(_ text: String?, orOf path: String?, _ property: String) throws -> [UInt8]? {
        if let text { return Array(text.utf8) }
        return try path.map { try bytes(of: $0, property) }
    }

    private static func bytes(of path: String, _ property: String) throws -> [UInt8] {
        do {
            return try PosixDisk().contents(of: path)
        } catch {
            throw fault(property, "names a file that cannot be read: \(error)")
        }
    }

    /// Lets the library read bytes as it would a file.
    private static func reading<R>(_ bytes: [UInt8], _ body: (OpaquePointer) -> R?) -> R? {
        bytes.withUnsafeBytes { bytes in
            guard let file = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else { return nil }
            defer { BIO_free(file) }
            return body(file)
        }
    }

    private static func certificates(in bytes: [UInt8], of property: String) throws -> [OpaquePointer] {
        let found: [OpaquePointer]? = reading(bytes) { file in
            var found: [OpaquePointer] = []
            while let certificate = PEM_read_bio_X509(file, nil, nil, nil) { found.append(certificate) }
            return found
        }
        // The end of the text is an error of its own to the library.
        ERR_clear_error()
        guard let found, !found.isEmpty else { throw fault(property, "holds no certificate in PEM") }
        return found
    }
}

/// What the library says went wrong.
enum TlsFault {
    /// The words of the oldest error of this thread, which is forgotten with those behind it.
    static var words: String {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0, let text = ERR_reason_error_string(code) else { return "no reason is told" }
        return String(cString: text)
    }
}
