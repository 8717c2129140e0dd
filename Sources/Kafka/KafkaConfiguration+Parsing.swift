// Reads properties from the command line and from files, in kcat's format and as Java's clients have them.
internal import World

extension KafkaConfiguration {
    /// Reads properties given as `-X name=value`.
    ///
    /// - Returns: The properties, in the order given.
    /// - Throws: ``BrokerError`` `configuration` for an argument that is not `name=value`, or a property that cannot be. It
    ///   names the property where there is one of this name, and never the value of what is not a property.
    public static func properties(fromArguments arguments: [String]) throws -> [KafkaProperty] {
        try arguments.flatMap { argument in
            try properties(in: argument[...], separators: ["="], at: "-X")
        }
    }

    /// The most bytes of a file of properties.
    public static let mostBytes = 1 << 20

    /// Reads properties from the bytes of a file: one `name=value` or `name: value` a line; empty lines and those that
    /// begin with `#` or `!` are skipped, and a line that ends in a backslash goes on in the next one.
    ///
    /// - Parameters:
    ///   - bytes: The bytes of the file, text in UTF-8.
    ///   - file: The file's name, for errors.
    /// - Returns: The properties, in the order of the lines.
    /// - Throws: ``BrokerError`` `configuration` with file, line and, where there is one of this name, the property that
    ///   is wrong; never with the value of what is not a property.
    public static func properties(inBytes bytes: [UInt8], file: String) throws -> [KafkaProperty] {
        guard bytes.count <= mostBytes else {
            throw refusal(file, "more than \(mostBytes >> 20) MiB, which is no file of properties")
        }
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            throw refusal(file, "it holds bytes that are no text in UTF-8, so it is no file of properties")
        }
        return try properties(inText: text, file: file)
    }

    /// As ``properties(inBytes:file:)``, for what is known to be text.
    ///
    /// - Throws: as that.
    public static func properties(inText text: String, file: String) throws -> [KafkaProperty] {
        let text = text.first == "\u{FEFF}" ? text.dropFirst() : text[...]
        let lines = text.split(omittingEmptySubsequences: false) { ["\n", "\r\n", "\r"].contains($0) }
        var found: [KafkaProperty] = []
        var number = 0
        while number < lines.count {
            let first = number + 1
            var line = String(trimmed(lines[number]))
            number += 1
            if line.isEmpty || line.first == "#" || line.first == "!" { continue }
            while goesOn(line) {
                line.removeLast()
                guard number < lines.count else { break }
                line += trimmed(lines[number])
                number += 1
            }
            found += try properties(in: line[...], separators: ["=", ":"], at: "\(file):\(first)")
        }
        return found
    }

    /// Whether the last backslash stands for itself and not for a backslash.
    private static func goesOn(_ line: String) -> Bool {
        !line.reversed().prefix { $0 == "\\" }.count.isMultiple(of: 2)
    }

    /// The properties that one line or argument stands for.
    private static func properties(
        in line: Substring, separators: [Character], at place: String
    ) throws -> [KafkaProperty] {
        var end = line.startIndex
        while end < line.endIndex, !separators.contains(line[end]) {
            // What Java writes as \: or \= is part of a name.
            if line[end] == "\\" { line.formIndex(after: &end) }
            if end < line.endIndex { line.formIndex(after: &end) }
        }
        let name = unescaped(trimmed(line[..<end]))
        guard end < line.endIndex, !name.isEmpty else {
            // What has no name may be part of a secret.
            let known = line.prefix { $0 != ":" && $0 != "=" && !$0.isWhitespace }
            let words = isKnown(String(known)) ? ", found \(known) without =" : ""
            throw refusal(place, "expected name=value\(words)")
        }
        let value = unescaped(trimmed(line[line.index(after: end)...]))
        do {
            return try translated(KafkaProperty(name: name, value: value))
        } catch let error as BrokerError {
            throw refusal(place, error.message)
        }
    }

    /// A property in librdkafka's words, checked; Java's text of a login becomes two.
    private static func translated(_ property: KafkaProperty) throws -> [KafkaProperty] {
        if property.name == "sasl.jaas.config" { return try JavaLogin.properties(in: property.value) }
        if let hint = JavaProperty.hints[property.name] {
            throw BrokerError(
                .configuration, "\(property.name) is a property of Java's clients: \(hint)", location: property.name)
        }
        var property = property
        if let guarded = GuardedProperty.all[property.name], guarded.allowed.contains(property.value.lowercased()) {
            property.value = property.value.lowercased()
        }
        // With Java's clients nothing at all is how one says that names are not to be checked.
        if property.name == "ssl.endpoint.identification.algorithm", property.value.isEmpty { property.value = "none" }
        try check(property)
        return [property]
    }

    /// Takes away the backslash in front of what Java's clients put one in front of.
    private static func unescaped(_ text: Substring) -> String {
        var result = ""
        var isEscaped = false
        for character in text {
            if isEscaped, !":=#!".contains(character) { result.append("\\") }
            isEscaped = character == "\\" && !isEscaped
            if !isEscaped { result.append(character) }
        }
        return isEscaped ? result + "\\" : result
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let end = text.lastIndex { !$0.isWhitespace }.map(text.index(after:)) ?? text.startIndex
        return text[..<end].drop(while: \.isWhitespace)
    }

    private static func refusal(_ place: String, _ reason: String) -> BrokerError {
        BrokerError(.configuration, "\(place): \(reason)", location: place)
    }
}
