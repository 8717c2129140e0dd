// One reader of bytes from outside: what it is called, what it is fed with, and what may come of it.
internal import Foundation
internal import Harness
internal import World

/// A reader under test.
struct Reader {
    /// The name on the command line.
    let name: String
    /// Whether a person names, or writes, the file: then everything in it that is refused is usage.
    let isNamedByPerson: Bool
    /// Where inputs come from.
    let mutator: Mutator
    /// Makes an input's checksums right; most inputs pass through it.
    let repair: ([UInt8]) -> [UInt8]
    /// Reads an input, and does with it what kbench does; `origin` is the place of the file it began as.
    let read: (_ bytes: [UInt8], _ origin: Int, _ number: Int) throws -> Void

    init(
        _ name: String, isNamedByPerson: Bool, corpus: [[UInt8]], words: [String] = [],
        repair: @escaping ([UInt8]) -> [UInt8] = { $0 },
        read: @escaping (_ bytes: [UInt8], _ origin: Int, _ number: Int) throws -> Void
    ) {
        self.name = name
        self.isNamedByPerson = isNamedByPerson
        mutator = Mutator(corpus: corpus, words: words.map { Array($0.utf8) })
        self.repair = repair
        self.read = read
    }

    /// The input with this number.
    func input(seed: UInt64, number: Int) -> (bytes: [UInt8], origin: Int) {
        let (bytes, origin) = mutator.input(seed: seed, number: number)
        return (number % 8 == 0 ? bytes : repair(bytes), origin)
    }

    /// What became of an input.
    enum Ending: Equatable {
        /// It was read.
        case read
        /// It was refused, as it should be.
        case refused
        /// It was refused in a way that helps nobody.
        case finding(String)
    }

    /// Reads an input. It may also trap, take too long or too much memory, which ends the process.
    func ending(seed: UInt64, number: Int) -> Ending {
        let (bytes, origin) = input(seed: seed, number: number)
        do {
            try read(bytes, origin, number)
            return .read
        } catch {
            return complaint(about: error).map { .finding($0) } ?? .refused
        }
    }

    /// Words that only this program's own texts of errors have.
    private static let innerWords = [
        "DecodingError", "CodingKeys", "Swift.", "Foundation.", "Optional(", "Error Domain", "Error(", "NSError",
    ]

    private func complaint(about error: any Error) -> String? {
        let diagnosis = Diagnosis(of: error)
        let kind = String(describing: type(of: error))
        if diagnosis.fix.contains("this is not expected") {
            return "\(kind) is explained to nobody: \(diagnosis.cause)"
        }
        if isNamedByPerson, diagnosis.exitCode != .usage {
            return "exit code \(diagnosis.exitCode.rawValue) for bad input: \(diagnosis.cause)"
        }
        if diagnosis.cause.contains("\n") { return "a cause of several lines: \(diagnosis.cause)" }
        return Reader.innerWords.first { diagnosis.cause.contains($0) }.map { "'\($0)' in: \(diagnosis.cause)" }
    }
}
