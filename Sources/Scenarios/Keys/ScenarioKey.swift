// A key of scenario files: its name, what its value may be, and what it means.

/// One key of a mapping in a scenario file. The reader knows a key by its being in the table, and the schema is made of it.
struct ScenarioKey: Sendable {
    /// What a value may be.
    indirect enum Kind: Sendable {
        /// Any text on its own.
        case text
        /// A whole number within a range.
        case integer(ClosedRange<Int>)
        /// One word of a fixed set.
        case choice([String])
        /// A text of a form that a regular expression describes; numbers are texts too.
        case form(String)
        /// A list of at least one element.
        case list(Kind)
        /// A mapping with these keys and no others.
        case mapping([ScenarioKey])
        /// A mapping whose keys a person chooses.
        case named(Kind)
        /// One of several.
        case either([Kind])
    }

    let name: String
    let kind: Kind
    /// Whether a mapping without it is refused, whatever else it has.
    let isRequired: Bool
    /// What holds where the key is left out; nil where that is nothing, or depends on others.
    let standard: String?
    /// What it means, in a line.
    let meaning: String

    init(_ name: String, _ kind: Kind, required: Bool = false, default standard: String? = nil, _ meaning: String) {
        self.name = name
        self.kind = kind
        isRequired = required
        self.standard = standard
        self.meaning = meaning
    }
}

extension ScenarioKey.Kind {
    /// One of the words that people type for the cases of a type.
    static func names<Named: RawRepresentable & CaseIterable>(of type: Named.Type) -> ScenarioKey.Kind
    where Named.RawValue == String {
        .choice(Named.allCases.map(\.rawValue))
    }

    /// The keys of a mapping, also where it is one of several possibilities or the element of a list; else none.
    var keys: [ScenarioKey] {
        switch self {
        case .mapping(let keys): keys
        case .list(let element): element.keys
        case .either(let kinds): kinds.flatMap(\.keys)
        default: []
        }
    }

    /// A share in per cent.
    static let percent = ScenarioKey.Kind.form("^([0-9]|[1-9][0-9]|100)%$")
}
