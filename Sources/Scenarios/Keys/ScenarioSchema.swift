// The JSON Schema of scenario files, made of the table of keys: what `kbench scenario schema` prints.

/// The schema that editors check and complete scenario files with (JSON Schema, draft 2020-12).
public enum ScenarioSchema {
    /// The schema as JSON text, with a newline at its end.
    public static var text: String {
        var schema = mapping(ScenarioKeys.top)
        schema.insert(("$schema", .text("https://json-schema.org/draft/2020-12/schema")), at: 0)
        schema.insert(("title", .text("kbench scenario")), at: 1)
        schema.insert(
            ("description", .text("A crash scenario: the load, the runs, the crashes, and what each run must show.")),
            at: 2)
        schema.append(("allOf", .list([either("runs", "experiment"), values, cuts])))
        return JSON.object(schema).text(indent: 0) + "\n"
    }

    /// One of two keys has to be there.
    private static func either(_ first: String, _ second: String) -> JSON {
        .object([("anyOf", .list([required([first]), required([second])]))])
    }

    /// The values' bytes stand at the top, or the load says what values are.
    private static var values: JSON {
        let load = JSON.object([
            ("required", .list([.text("load")])),
            (
                "properties",
                .object([
                    (
                        "load",
                        .object([
                            ("anyOf", .list([required(["record-bytes"]), required(["values-from"])]))
                        ])
                    )
                ])
            ),
        ])
        return .object([("oneOf", .list([required(["record-bytes"]), load]))])
    }

    /// Cut by count or by time.
    private static var cuts: JSON {
        .object([
            (
                "oneOf",
                .list([
                    required(["block-records", "batch-records"]), required(["block-interval-ms", "batch-interval-ms"]),
                ])
            )
        ])
    }

    private static func required(_ names: [String]) -> JSON {
        .object([("required", .list(names.map { .text($0) }))])
    }

    private static func mapping(_ keys: [ScenarioKey]) -> [(String, JSON)] {
        var schema: [(String, JSON)] = [
            ("type", .text("object")), ("additionalProperties", .bool(false)),
            ("properties", .object(keys.map { ($0.name, property($0)) })),
        ]
        let required = keys.filter(\.isRequired).map(\.name)
        if !required.isEmpty { schema.append(("required", .list(required.map { .text($0) }))) }
        return schema
    }

    private static func property(_ key: ScenarioKey) -> JSON {
        var schema: [(String, JSON)] = [("description", .text(key.meaning))]
        if let standard = key.standard {
            if case .integer = key.kind, let number = Int(standard) {
                schema.append(("default", .number(number)))
            } else {
                schema.append(("default", .text(standard)))
            }
        }
        return .object(schema + value(key.kind))
    }

    private static func value(_ kind: ScenarioKey.Kind) -> [(String, JSON)] {
        switch kind {
        case .text: return [("type", .list([.text("string"), .text("number"), .text("boolean")]))]
        case .integer(let range):
            // 10_000 is a number to kbench and to YAML 1.1, and a text to YAML 1.2.
            return [
                ("type", .list([.text("integer"), .text("string")])), ("minimum", .number(range.lowerBound)),
                ("maximum", .number(range.upperBound)),
                ("pattern", .text(range.lowerBound < 0 ? "^-?[0-9][0-9_]*$" : "^[0-9][0-9_]*$")),
            ]
        case .choice(let words): return [("enum", .list(words.map { .text($0) }))]
        case .form(let pattern):
            return [("type", .list([.text("string"), .text("integer")])), ("pattern", .text(pattern))]
        case .list(let element):
            return [("type", .text("array")), ("minItems", .number(1)), ("items", .object(value(element)))]
        case .mapping(let keys): return mapping(keys)
        case .named(let kind): return [("type", .text("object")), ("additionalProperties", .object(value(kind)))]
        case .either(let kinds): return [("anyOf", .list(kinds.map { .object(value($0)) }))]
        }
    }
}

/// JSON whose members keep their order.
private indirect enum JSON {
    case text(String)
    case number(Int)
    case bool(Bool)
    case list([JSON])
    case object([(String, JSON)])

    func text(indent: Int) -> String {
        switch self {
        case .text(let text): return JSON.quoted(text)
        case .number(let number): return "\(number)"
        case .bool(let bool): return "\(bool)"
        case .list(let elements):
            return JSON.lines(elements.map { $0.text(indent: indent + 2) }, "[", "]", indent)
        case .object(let members):
            return JSON.lines(
                members.map { "\(JSON.quoted($0)): \($1.text(indent: indent + 2))" }, "{", "}", indent)
        }
    }

    private static func lines(_ parts: [String], _ open: String, _ close: String, _ indent: Int) -> String {
        if parts.isEmpty { return open + close }
        let short = "\(open)\(parts.joined(separator: ", "))\(close)"
        if short.count + indent <= 100, !short.contains("\n") { return short }
        let margin = String(repeating: " ", count: indent + 2)
        return "\(open)\n" + parts.map { margin + $0 }.joined(separator: ",\n") + "\n"
            + String(repeating: " ", count: indent) + close
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.flatMap { character -> [Character] in
            character == "\"" || character == "\\" ? ["\\", character] : [character]
        }
        return "\"" + String(escaped) + "\""
    }
}
