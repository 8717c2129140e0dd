// Feeds every reader of bytes from outside with changed files, in processes of their own, and says which input stopped one.
internal import Foundation
internal import Posix
internal import World

/// `Fuzz [--seed S] [--from I] [--count N] [--jobs J] [--save DIR] [READER...]`.
@main
struct Main {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == "child" {
            exit(Child.run(Array(arguments.dropFirst())))
        }
        do {
            let options = try Options(arguments)
            let isClean = try await Campaign(options).run()
            exit(isClean ? 0 : 3)
        } catch {
            StandardStreams.writeErrorLine("fuzz: \(error)")
            exit(64)
        }
    }
}

/// What is asked for.
struct Options: Sendable {
    /// What is wrong with the command line.
    struct Mistake: Error, CustomStringConvertible {
        var description: String
    }

    var seed: UInt64 = 1
    var from = 0
    var count = 10_000
    var jobs = max(1, Processes.processorCount())
    /// The folder for inputs that stopped a reader.
    var save = "fuzz-findings"
    var readers = Reader.all.map(\.name)

    init(_ arguments: [String]) throws {
        var words = arguments[...]
        var named: [String] = []
        while let word = words.popFirst() {
            func number(_ range: ClosedRange<Int>) throws -> Int {
                guard let text = words.popFirst(), let number = Int(text), range.contains(number) else {
                    throw Mistake(description: "\(word) wants a number from \(range.lowerBound) to \(range.upperBound)")
                }
                return number
            }
            switch word {
            case "--seed": seed = UInt64(try number(0...Int.max))
            case "--from": from = try number(0...1_000_000_000)
            case "--count": count = try number(1...1_000_000_000)
            case "--jobs": jobs = try number(1...64)
            case "--save":
                guard let folder = words.popFirst() else { throw Mistake(description: "--save wants a folder") }
                save = folder
            default:
                guard readers.contains(word) else {
                    throw Mistake(description: "no reader is called '\(word)': \(readers.joined(separator: ", "))")
                }
                named.append(word)
            }
        }
        if !named.isEmpty { readers = named }
    }
}
