// The process that reads: one stretch of inputs, with its place in a file that outlives it.
internal import Foundation
internal import Posix
internal import World

/// `Fuzz child READER SEED FROM COUNT PLACE`.
enum Child {
    /// Seconds of processor time that one input may take. A debug build is slower by more than an order of magnitude.
    #if DEBUG
        static let seconds = 15
    #else
        static let seconds = 1
    #endif
    /// Bytes that a process may take beyond those it began with.
    static let bytes = 256 << 20

    /// A reader that fails more often is not fed any more.
    static let mostFindings = 20

    static func run(_ arguments: [String]) -> Int32 {
        guard arguments.count == 5, let entry = Reader.all.first(where: { $0.name == arguments[0] }),
            let seed = UInt64(arguments[1]), let from = Int(arguments[2]), let count = Int(arguments[3]),
            let place = try? MappedFile(path: arguments[4], length: 4096)
        else { return 64 }
        let reader = entry.make()
        // What is loaded at the first use is none of an input's.
        _ = reader.ending(seed: seed, number: from)
        Processes.limitMemory(toFurther: bytes)
        let words = place.memory.assumingMemoryBound(to: Int.self)
        for number in from..<from + count {
            words[0] = number
            Processes.limitProcessorTime(seconds: seconds)
            switch reader.ending(seed: seed, number: number) {
            case .read: words[1] += 1
            case .refused: words[2] += 1
            case .finding(let text):
                words[3] += 1
                try? StandardStreams.writeOutput("\(number) \(text.split(separator: "\n").joined(separator: " "))\n")
                // Where many are found, they are of one kind.
                if words[3] >= mostFindings { return 0 }
            }
        }
        Processes.limitProcessorTime(seconds: 0)
        words[0] = from + count
        return 0
    }
}
