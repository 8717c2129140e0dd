// Did you mean: the known word that a mistyped one is closest to.

/// Finds what a person probably meant.
public enum Suggestion {
    /// The candidate closest to `word` by edit distance, the first of equals; nil when none is close.
    public static func closest(to word: String, among candidates: [String]) -> String? {
        let wanted = Array(word.lowercased().unicodeScalars)
        let reach = max(2, wanted.count / 3)
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(wanted, Array(candidate.lowercased().unicodeScalars))
            if distance <= reach, distance < best?.distance ?? Int.max { best = (candidate, distance) }
        }
        return best?.candidate
    }

    /// A fix that names the closest candidate, and all of them; crash points are too many for a line.
    public static func fix(for word: String, among candidates: [String], as kind: String) -> String {
        let guess = closest(to: word, among: candidates).map { "did you mean \($0)? " } ?? ""
        let list = kind == "crash points" ? "see `kbench crash-points`" : candidates.joined(separator: ", ")
        return "\(guess)\(kind): \(list)"
    }

    /// The insertions, removals and replacements that turn one word into the other (Levenshtein).
    package static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var row = Array(0...right.count)
        for (i, scalar) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let replaced = diagonal + (scalar == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
            }
        }
        return row[right.count]
    }
}
