// Positions as Kafka's own tool writes and reads them: lines of topic, partition and offset, perhaps with a group in front.
internal import World

extension Positions {
    /// What a file of Kafka's own tool cannot be used for.
    private struct Refusal {
        let path: String

        func callAsFunction(_ message: String) -> OffsetStoreError {
            OffsetStoreError(.damaged, message, location: path)
        }
    }

    /// Reads what `kafka-consumer-groups --reset-offsets --export` prints, and takes with `--from-file`: lines of
    /// `topic,partition,offset`, or of `group,topic,partition,offset`. Of several topics only that of `topic` counts.
    ///
    /// - Throws: ``OffsetStoreError`` `damaged` naming the line that is none, or what has to be chosen.
    public init(csv bytes: [UInt8], topic: String?, path: String) throws {
        let refuse = Refusal(path: path)
        guard var text = String(validating: bytes, as: UTF8.self) else { throw refuse("the file is no text") }
        if text.hasPrefix("\u{feff}") { text.removeFirst() }
        var rows: [(group: String?, topic: String, partition: Int, offset: Offset)] = []
        for (index, line) in text.split(whereSeparator: \.isNewline).enumerated()
        where line.contains(where: { $0 != " " }) {
            guard let words = Positions.fields(line), words.count == 3 || words.count == 4,
                let partition = Int64(words[words.count - 2]), (0..<StoredNumbers.mostPartitions).contains(partition),
                let offset = Offset(words[words.count - 1]), offset >= 0
            else { throw refuse("line \(index + 1) is not topic,partition,offset or group,topic,partition,offset") }
            rows.append((words.count == 4 ? words[0] : nil, words[words.count - 3], Int(partition), offset))
        }
        let topics = Set(rows.map(\.topic)).sorted()
        guard let chosen = topic ?? topics.first, topics.contains(chosen) else {
            throw refuse(
                rows.isEmpty
                    ? "the file has no positions"
                    : "the file has no positions of \(topic ?? "") but of \(topics.joined(separator: ", "))")
        }
        if topic == nil, topics.count > 1 {
            throw refuse("the file has positions of \(topics.joined(separator: ", ")): name one of them with --topic")
        }
        let own = rows.filter { $0.topic == chosen }
        let groups = Set(own.compactMap(\.group)).sorted()
        guard groups.count <= 1, groups.isEmpty || own.allSatisfy({ $0.group != nil }) else {
            throw refuse(
                "the file has positions of several groups (\(groups.joined(separator: ", "))): keep one's lines")
        }
        self.init(topic: chosen, group: groups.first, offsets: [])
        for row in own {
            while offsets.count <= row.partition { offsets.append(nil) }
            guard offsets[row.partition] == nil else { throw refuse("partition \(row.partition) is given twice") }
            offsets[row.partition] = row.offset
        }
    }

    /// The positions as lines of `topic,partition,offset`, which `kafka-consumer-groups --reset-offsets --from-file` takes.
    ///
    /// - Throws: ``OffsetStoreError`` where the topic is not known.
    public func csv() throws -> String {
        guard let topic else {
            throw OffsetStoreError(.damaged, "the positions name no topic, and each line of CSV does", location: "csv")
        }
        return offsets.enumerated().compactMap { partition, offset in offset.map { "\(topic),\(partition),\($0)\n" } }
            .joined()
    }

    /// The fields of a line, of which any may stand between quotes; nil where a quote is not closed.
    private static func fields(_ line: Substring) -> [String]? {
        var fields: [String] = []
        var field = ""
        var isQuoted = false
        var rest = line[...]
        while let character = rest.popFirst() {
            switch character {
            case "\"" where isQuoted && rest.first == "\"":
                field.append("\"")
                rest.removeFirst()
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                fields.append(field)
                field = ""
            default: field.append(character)
            }
        }
        return isQuoted ? nil : (fields + [field]).map { $0.filter { $0 != "\r" } }
    }
}
