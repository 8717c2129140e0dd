// Reads properties from the command line and from files in kcat's format.
public import World

extension KafkaConfiguration {
    /// Reads properties given as `-X name=value`.
    ///
    /// - Returns: The properties, in the order given.
    /// - Throws: ``BrokerError`` `configuration` naming the argument that is not `name=value`.
    public static func properties(fromArguments arguments: [String]) throws -> [KafkaProperty] {
        try arguments.map { argument in
            guard let property = property(in: argument[...]) else {
                throw BrokerError(
                    .configuration, "-X \(argument): expected name=value", location: "-X \(argument)")
            }
            return property
        }
    }

    /// Reads properties from the text of a file: one `name=value` a line; empty lines and `#` lines are skipped.
    ///
    /// - Parameters:
    ///   - text: The text of the file.
    ///   - file: The file's name, for errors.
    /// - Returns: The properties, in the order of the lines.
    /// - Throws: ``BrokerError`` `configuration` with file, line and text of the first line that is neither.
    public static func properties(inText text: String, file: String) throws -> [KafkaProperty] {
        var properties: [KafkaProperty] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = trimmed(line)
            if line.isEmpty || line.first == "#" { continue }
            guard let property = property(in: line) else {
                throw BrokerError(
                    .configuration, "\(file):\(index + 1): expected name=value, found \"\(line)\"",
                    location: "\(file):\(index + 1)")
            }
            properties.append(property)
        }
        return properties
    }

    /// Reads properties from a file given as `-F file`.
    ///
    /// - Returns: The properties, in the order of the lines.
    /// - Throws: ``BrokerError`` `configuration` as ``properties(inText:file:)``; ``DiskError`` when it cannot be read.
    public static func properties(inFile path: String, on disk: any Disk) throws -> [KafkaProperty] {
        try properties(inText: String(decoding: disk.contents(of: path), as: UTF8.self), file: path)
    }

    private static func property(in line: Substring) -> KafkaProperty? {
        guard let equals = line.firstIndex(of: "=") else { return nil }
        let name = trimmed(line[..<equals])
        let value = trimmed(line[line.index(after: equals)...])
        return name.isEmpty ? nil : KafkaProperty(name: String(name), value: String(value))
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let end = text.lastIndex { !$0.isWhitespace }.map(text.index(after:)) ?? text.startIndex
        return text[..<end].drop(while: \.isWhitespace)
    }
}
