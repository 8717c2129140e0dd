// Typed access to a YAML tree in which every refusal knows its file, line and key.
package import Yams

/// A value of a YAML file together with its place.
package struct YAMLValue {
    /// The parser's own value, which nobody else sees.
    package let node: Node
    package let file: String
    /// The path to the value, such as `runs[0].crash`.
    package let key: String

    package var location: ScenarioError.Location {
        ScenarioError.Location(file, line: node.mark?.line, key: key.isEmpty ? nil : key)
    }

    package func error(_ code: ScenarioError.Code, _ message: String, fix: String) -> ScenarioError {
        ScenarioError(code, message, fix: fix, at: location)
    }

    /// What a person would call the value: its text, or its shape.
    private var found: String {
        switch node {
        case .scalar(let scalar):
            scalar.string.isEmpty ? "nothing" : "'\(scalar.string)'"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }

    /// The value as text on its own; numbers are text too.
    package func text() throws(ScenarioError) -> String {
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
            throw error(.wrongType, "\(found) is not a text", fix: "write a text after '\(key):'")
        }
        return scalar.string
    }

    /// The value as a whole number in decimal; `10_000` is 10000. Unlike YAML 1.1, `010` is 10 and `1:30` is nothing.
    package func integer(in range: ClosedRange<Int>) throws(ScenarioError) -> Int {
        let fix = "give \(key) a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any,
            let first = scalar.string.first, first == "-" || first.isNumber,
            let number = Int(scalar.string.filter { $0 != "_" })
        else { throw error(.wrongType, "\(found) is not a whole number", fix: fix) }
        guard range.contains(number) else {
            throw error(
                .impossibleValue, "\(number) is not within \(range.lowerBound) to \(range.upperBound)", fix: fix)
        }
        return number
    }

    /// Whether the value is a mapping.
    package var isMapping: Bool { if case .mapping = node { true } else { false } }

    /// Whether the value is a list.
    package var isList: Bool { if case .sequence = node { true } else { false } }

    /// A share in per cent, such as `30%`.
    package func percent(in range: ClosedRange<Int>) throws(ScenarioError) -> Int {
        let text = try text()
        let digits = text.dropLast()
        guard text.last == "%", (1...3).contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            let percent = Int(digits), range.contains(percent)
        else {
            throw error(
                .impossibleValue, "'\(text)' is no share from \(range.lowerBound)% to \(range.upperBound)%",
                fix: "write a whole number and a per cent sign, such as \(min(30, range.upperBound))%")
        }
        return percent
    }

    /// The elements of a list that is not empty.
    package func elements() throws(ScenarioError) -> [YAMLValue] {
        guard case .sequence(let sequence) = node else {
            throw error(.wrongType, "\(found) is not a list", fix: "begin each element of \(key) with '- '")
        }
        guard !sequence.isEmpty else {
            throw error(.impossibleValue, "the list is empty", fix: "give \(key) at least one element")
        }
        return sequence.enumerated().map { YAMLValue(node: $1, file: file, key: "\(key)[\($0)]") }
    }

    /// A word of a fixed set.
    package func name<Named: RawRepresentable & CaseIterable>(
        of kind: String, _ plural: String, as type: Named.Type
    ) throws(ScenarioError) -> Named where Named.RawValue == String {
        let word = try text()
        guard let named = Named(rawValue: word) else {
            let known = Named.allCases.map(\.rawValue)
            throw error(
                .unknownName, "no \(kind) is called '\(word)'",
                fix: Suggestion.fix(for: word, among: known, as: plural))
        }
        return named
    }

    /// The value as a mapping that has no other keys than `known`; nil: whatever keys it has.
    package func mapping(known: [String]? = nil, kind: String = "keys") throws(ScenarioError) -> YAMLMapping {
        guard case .mapping(let mapping) = node else {
            throw error(.wrongType, "\(found) is not a mapping", fix: "write lines of 'key: value' there")
        }
        var values: [(key: String, value: YAMLValue)] = []
        for (keyNode, node) in mapping {
            let name = YAMLValue(node: keyNode, file: file, key: key)
            guard case .scalar(let scalar) = keyNode, known?.contains(scalar.string) ?? true else {
                throw name.error(
                    .unknownKey, "\(name.found) is not known here",
                    fix: Suggestion.fix(for: keyNode.scalar?.string ?? "", among: known ?? [], as: kind))
            }
            values.append((scalar.string, YAMLValue(node: node, file: file, key: path(to: scalar.string))))
        }
        return YAMLMapping(owner: self, values: values)
    }

    fileprivate func path(to name: String) -> String { key.isEmpty ? name : "\(key).\(name)" }
}

/// A mapping whose keys are all known.
package struct YAMLMapping {
    package let owner: YAMLValue
    /// The entries in the file's order.
    package let values: [(key: String, value: YAMLValue)]

    package subscript(key: String) -> YAMLValue? { values.first { $0.key == key }?.value }

    package func required(_ key: String) throws(ScenarioError) -> YAMLValue {
        guard let value = self[key] else {
            throw owner.error(
                .missingKey, "the key '\(key)' is missing", fix: "add a line '\(key): ...' there")
        }
        return value
    }
}
