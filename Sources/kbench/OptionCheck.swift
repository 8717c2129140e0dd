// Checks of option values, each with a cause and a fix.
internal import Harness
internal import World

/// Checks what was given for an option.
enum OptionCheck {
    /// A whole number within a range.
    static func range(_ value: Int, _ range: ClosedRange<Int>, _ option: String) throws {
        try NumberCheck.check(value, range, option)
    }

    /// A number within a range.
    static func range(_ value: Double, _ range: ClosedRange<Double>, _ option: String, _ unit: String) throws {
        try NumberCheck.check(value, range, option, unit: unit)
    }

    /// A number as people type it: whole where it is.
    static func plain(_ value: Double) -> String { NumberCheck.plain(value) }

    /// A number of per cent within a range.
    static func percent(_ value: Double, _ range: ClosedRange<Double>, _ option: String) throws {
        try NumberCheck.check(value, range, option, unit: "per cent")
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

    /// A time such as `500ms`, `90s` or `10m`, in seconds, within a range of seconds.
    static func seconds(_ text: String, _ range: ClosedRange<Double>, _ option: String) throws -> Double {
        let units: [(suffix: String, seconds: Double)] = [
            ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400),
        ]
        for unit in units where text.hasSuffix(unit.suffix) {
            guard let number = Double(text.dropLast(unit.suffix.count)), number.isFinite else { continue }
            guard range.contains(number * unit.seconds) else {
                let bounds = "\(time(range.lowerBound)) to \(time(range.upperBound))"
                throw NumberError(
                    option, "\(text) is not within \(bounds)", fix: "give \(option) a time from \(bounds)")
            }
            return number * unit.seconds
        }
        throw Diagnosis(
            cause: "\(option): '\(text)' is no time", fix: "write a number and ms, s, m, h or d, such as 90s",
            exitCode: .usage)
    }

    /// A time in the unit that people would choose.
    private static func time(_ seconds: Double) -> String {
        switch seconds {
        case 86_400...: "\(plain(seconds / 86_400))d"
        case 3600...: "\(plain(seconds / 3600))h"
        case 1...: "\(plain(seconds))s"
        default: "\(plain(seconds * 1000))ms"
        }
    }
}
