// Text from outside, made safe to show: a terminal obeys control characters, whoever wrote them.

extension String {
    /// The text with every control character but tab, line feed and carriage return before a line feed written out, such
    /// as `\u001b` for ESC, which is what JSON has for it; what is printable already is returned as it is.
    public var printable: String {
        guard unicodeScalars.contains(where: String.isControl) else { return self }
        var text = String.UnicodeScalarView()
        let scalars = Array(unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let endsLine = scalar == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n"
            guard String.isControl(scalar), !endsLine else {
                text.append(scalar)
                continue
            }
            let digits = String(scalar.value, radix: 16)
            text.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".unicodeScalars)
        }
        return String(text)
    }

    /// The text in one line, printable.
    public var printableLine: String {
        split(whereSeparator: \.isNewline).joined(separator: " ").printable
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
    }
}
