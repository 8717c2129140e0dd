// Digests, keyed ones and those of passwords, and base 64: what libcrypto does.
internal import CCrypto

/// A hash function of SCRAM.
package enum Digest: CaseIterable, Sendable {
    case sha256
    case sha512

    private var function: OpaquePointer? { self == .sha256 ? EVP_sha256() : EVP_sha512() }
    /// Bytes of a digest.
    package var byteCount: Int { self == .sha256 ? 32 : 64 }

    /// Lets the library fill as many bytes as the digest has.
    private func filled(_ body: (UnsafeMutablePointer<UInt8>?) -> Bool) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        guard bytes.withUnsafeMutableBufferPointer({ body($0.baseAddress) }) else {
            // Lengths are those of the function, which the library has: only memory may lack.
            preconditionFailure("libcrypto: no digest of \(byteCount) B")
        }
        return bytes
    }

    /// The digest of these bytes.
    package func hash(_ bytes: [UInt8]) -> [UInt8] {
        filled { EVP_Digest(bytes, bytes.count, $0, nil, function, nil) == 1 }
    }

    /// HMAC.
    package func keyed(_ key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        filled { HMAC(function, key, Int32(clamping: key.count), bytes, bytes.count, $0, nil) != nil }
    }

    /// PBKDF2, as RFC 5802 has it under the name Hi.
    package func salted(_ password: String, _ salt: [UInt8], iterations: Int) -> [UInt8] {
        filled {
            PKCS5_PBKDF2_HMAC(
                password, Int32(clamping: password.utf8.count), salt, Int32(clamping: salt.count),
                Int32(clamping: iterations), function, Int32(byteCount), $0) == 1
        }
    }

    /// Whether two texts of bytes are the same, in a time that does not tell where they differ.
    package static func areSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
    }
}

/// Base 64 with padding.
package enum Base64 {
    /// The text.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = EVP_EncodeBlock(&text, bytes, Int32(clamping: bytes.count))
        return String(decoding: text[..<Int(count)], as: UTF8.self)
    }

    /// Nil for what is none.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let input = Array(text.utf8)
        let padding = input.suffix(2).count { $0 == UInt8(ascii: "=") }
        // The library passes over blanks around the text, and takes padding anywhere.
        let isPlain = input.dropLast(padding).allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        guard isPlain, input.count % 4 == 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: input.count / 4 * 3 + 1)
        let count = EVP_DecodeBlock(&bytes, input, Int32(clamping: input.count))
        guard count >= padding else { return nil }
        return Array(bytes[..<(Int(count) - padding)])
    }
}
