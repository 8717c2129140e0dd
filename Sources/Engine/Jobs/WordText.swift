// Words as text: any bytes can be written on a line and read back.

/// A word that is UTF-8 without control characters and backslashes stands for itself; in any other, every byte that is
/// not printable ASCII, and every backslash, is written as `\xNN`.
enum WordText {
    private static let backslash = UInt8(ascii: "\\")

    static func escaped(_ word: some Collection<UInt8>) -> String {
        let isPlain = !word.contains { $0 < 0x20 || $0 == 0x7f || $0 == backslash }
        if isPlain, let text = String(validating: word, as: UTF8.self) { return text }
        return word.reduce(into: "") { text, byte in
            if byte > 0x20, byte < 0x7f, byte != backslash {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16)
                text += digits.count == 1 ? "\\x0\(digits)" : "\\x\(digits)"
            }
        }
    }

    /// The bytes of a word as written; nil when no word is written so.
    static func unescaped(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == backslash else {
                bytes.append(byte)
                continue
            }
            guard rest.popFirst() == UInt8(ascii: "x"), rest.count >= 2,
                let value = UInt8(Substring(rest.prefix(2)), radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return bytes.isEmpty ? nil : bytes
    }
}
