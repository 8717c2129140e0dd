// Names in the order in which they come first, each with its number.

/// Names, each once.
struct Places {
    /// The names.
    private(set) var names: [String] = []
    private var numbers: [String: Int] = [:]

    init(_ all: [String]) {
        for name in all where numbers[name] == nil {
            numbers[name] = names.count
            names.append(name)
        }
    }

    /// The number of a name, from 0.
    subscript(name: String) -> Int { numbers[name] ?? 0 }
}
