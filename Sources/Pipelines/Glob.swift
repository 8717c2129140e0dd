// Patterns of names and paths, as in a shell.

/// A pattern: `*` and `?` stand for what may differ but for slashes, `**` for anything.
struct Glob: Hashable, Sendable {
    private enum Part: Hashable {
        case exactly(Character)
        /// One of anything but a slash.
        case one
        /// As much as there is, with slashes or without.
        case any(isDeep: Bool)
    }

    private let parts: [Part]

    init(_ pattern: some StringProtocol) {
        var parts: [Part] = []
        var rest = pattern[...]
        while let first = rest.popFirst() {
            switch first {
            case "*":
                let isDeep = rest.first == "*"
                if isDeep { rest.removeFirst() }
                parts.append(.any(isDeep: isDeep))
            case "?": parts.append(.one)
            default: parts.append(.exactly(first))
            }
        }
        self.parts = parts
    }

    /// Whether all of a text fits, in a time that grows with both lengths and no faster.
    func matches(_ text: some StringProtocol) -> Bool {
        // Which of the parts may come next, behind what has been read.
        var next = [Bool](repeating: false, count: parts.count + 1)
        next[0] = true
        skip(in: &next)
        for character in text {
            var after = [Bool](repeating: false, count: parts.count + 1)
            for (index, part) in parts.enumerated() where next[index] {
                switch part {
                case .exactly(let wanted): if wanted == character { after[index + 1] = true }
                case .one: if character != "/" { after[index + 1] = true }
                case .any(let isDeep): if isDeep || character != "/" { after[index] = true }
                }
            }
            skip(in: &after)
            next = after
        }
        return next[parts.count]
    }

    /// A part that stands for as much as there is may stand for nothing.
    private func skip(in next: inout [Bool]) {
        for (index, part) in parts.enumerated() where next[index] {
            if case .any = part { next[index + 1] = true }
        }
    }
}
