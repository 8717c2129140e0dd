// Checks of option values, each with a cause and a fix.
internal import Harness
internal import World

/// Checks what was given for an option.
enum OptionCheck {
    /// A whole number within a range.
    static func range(_ value: Int, _ range: ClosedRange<Int>, _ option: String) throws {
        guard range.contains(value) else {
            throw Diagnosis(
                cause: "\(option): \(value) is not within \(range.lowerBound) to \(range.upperBound)",
                fix: "give \(option) a whole number from \(range.lowerBound) to \(range.upperBound)", exitCode: .usage)
        }
    }

    /// A number above zero.
    static func positive(_ value: Double, _ option: String, _ meaning: String) throws {
        guard value.isFinite, value > 0 else {
            throw Diagnosis(
                cause: "\(option): \(value) is not above 0", fix: "give \(option) \(meaning)", exitCode: .usage)
        }
    }

    /// A number as people type it: whole where it is.
    static func plain(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }

    /// A number of per cent within a range.
    static func percent(_ value: Double, _ range: ClosedRange<Double>, _ option: String) throws {
        guard range.contains(value) else {
            let (low, high) = (Int(range.lowerBound), Int(range.upperBound))
            throw Diagnosis(
                cause: "\(option): \(value) is not within \(low) to \(high) per cent",
                fix: "give \(option) a number of per cent, such as 2.5", exitCode: .usage)
        }
    }

    /// `all`, or names joined by commas.
    static func names<Value>(
        _ list: String, _ option: String, _ all: [Value], _ name: (Value) -> String
    ) throws -> [Value] {
        if list == "all" { return all }
        return try words(list, option).map { word in
            guard let value = all.first(where: { name($0) == word }) else {
                let guess = Suggestion.closest(to: word, among: all.map(name)).map { "did you mean \($0)? " } ?? ""
                throw Diagnosis(
                    cause: "\(option): there is no '\(word)'",
                    fix: "\(guess)choose all, or from \(all.prefix(12).map(name).joined(separator: ", "))"
                        + (all.count > 12 ? " and others" : ""), exitCode: .usage)
            }
            return value
        }
    }

    /// Words joined by commas, each once: an empty one would choose nothing, or everything, unseen.
    static func words(_ list: String, _ option: String) throws -> [String] {
        var words: [String] = []
        for part in list.split(separator: ",", omittingEmptySubsequences: false) {
            let word = String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            guard !word.isEmpty else {
                throw Diagnosis(
                    cause: "\(option): '\(list)' has an empty name",
                    fix: "join names by single commas, or leave out \(option)", exitCode: .usage)
            }
            guard !words.contains(word) else {
                throw Diagnosis(
                    cause: "\(option): '\(word)' is there twice", fix: "name each once", exitCode: .usage)
            }
            words.append(word)
        }
        return words
    }

    /// Refuses what was chosen by name and takes part in nothing; `all` stands for what takes part.
    static func used<Value: Equatable>(
        _ list: String, _ option: String, _ chosen: [Value], in used: [Value], _ name: (Value) -> String,
        as what: String
    ) throws {
        guard list != "all", let idle = chosen.first(where: { !used.contains($0) }) else { return }
        throw Diagnosis(
            cause: "\(option): \(name(idle)) has no effect: \(what)", fix: "leave it out, or choose what goes with it",
            exitCode: .usage)
    }

    /// A time such as `500ms`, `90s` or `10m`, in seconds.
    static func seconds(_ text: String, _ option: String) throws -> Double {
        let units: [(suffix: String, seconds: Double)] = [
            ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400),
        ]
        for unit in units where text.hasSuffix(unit.suffix) {
            if let number = Double(text.dropLast(unit.suffix.count)), number >= 0 { return number * unit.seconds }
        }
        throw Diagnosis(
            cause: "\(option): '\(text)' is no time", fix: "write a number and ms, s, m, h or d, such as 90s",
            exitCode: .usage)
    }
}
