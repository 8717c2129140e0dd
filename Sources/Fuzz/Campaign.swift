// The process that watches: hands out stretches of inputs, and goes on behind the one that stopped a reader.
internal import Foundation
internal import Judgement
internal import Posix
internal import Synchronization
internal import World

/// All readers under one seed.
struct Campaign: Sendable {
    /// Inputs of one process, so that what they leave behind does not add up.
    private static let stretch = 25_000

    private let options: Options

    init(_ options: Options) { self.options = options }

    /// What a reader came to.
    private struct Tally: Sendable {
        var read = 0
        var refused = 0
        /// The number of an input, and what it did.
        var findings: [(number: Int, what: String)] = []
    }

    /// What the lanes have in common.
    private final class Shared: Sendable {
        /// The first numbers of stretches that nobody has taken.
        let waiting: Mutex<[Int]>
        let tally = Mutex(Tally())

        init(waiting: [Int]) { self.waiting = Mutex(waiting) }
    }

    /// Feeds every reader; true: nothing was found.
    func run() async throws -> Bool {
        var isClean = true
        for name in options.readers {
            let clock = ContinuousClock()
            let begin = clock.now
            let tally = try await feed(name)
            let seconds = Double((clock.now - begin).components.seconds)
            var line = "\(name): \(tally.read + tally.refused + tally.findings.count) inputs, seed \(options.seed), "
            line +=
                "\(tally.read) read, \(tally.refused) refused, \(tally.findings.count) findings, \(Int(seconds)) s\n"
            for (number, what) in tally.findings.sorted(by: { $0.number < $1.number }) {
                isClean = false
                line += "  input \(number): \(what); kept as \(try keep(name, number))\n"
            }
            try StandardStreams.writeOutput(line)
        }
        return isClean
    }

    private func keep(_ name: String, _ number: Int) throws -> String {
        guard let reader = Reader.all.first(where: { $0.name == name })?.make() else { return "-" }
        let disk = PosixDisk()
        try disk.makeDirectory(options.save)
        let path = "\(options.save)/\(name)-\(options.seed)-\(number)"
        try disk.write(reader.input(seed: options.seed, number: number).bytes, to: path)
        return path
    }

    private func feed(_ name: String) async throws -> Tally {
        let starts = stride(from: options.from, to: options.from + options.count, by: Campaign.stretch)
        let shared = Shared(waiting: Array(starts.reversed()))
        let end = options.from + options.count
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<options.jobs {
                group.addTask {
                    while let from = shared.waiting.withLock({ $0.popLast() }) {
                        try await BlockingThread.run {
                            try read(name, from..<min(end, from + Campaign.stretch), lane: lane, into: shared)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        return shared.tally.withLock { $0 }
    }

    /// Reads a stretch, in as many processes as it takes.
    private func read(_ name: String, _ numbers: Range<Int>, lane: Int, into shared: Shared) throws {
        var from = numbers.lowerBound
        while from < numbers.upperBound, shared.tally.withLock({ $0.findings.count }) < Child.mostFindings {
            let place = NSTemporaryDirectory() + "/kbench-fuzz-\(Processes.processID)-\(lane)"
            try? FileSystem.removeTree(place)
            let file = try MappedFile(path: place, length: 4096)
            defer { try? FileSystem.removeTree(place) }
            let (output, ending) = try start([
                "child", name, "\(options.seed)", "\(from)", "\(numbers.upperBound - from)", place,
            ])
            let words = file.memory.assumingMemoryBound(to: Int.self)
            let reached = words[0]
            shared.tally.withLock { tally in
                tally.read += words[1]
                tally.refused += words[2]
                for line in output.split(separator: "\n") {
                    let parts = line.split(separator: " ", maxSplits: 1)
                    tally.findings.append((parts.first.flatMap { Int($0) } ?? -1, parts.last.map(String.init) ?? ""))
                }
                if let ending { tally.findings.append((max(from, reached), ending)) }
            }
            guard ending != nil else { return }
            from = max(from, reached) + 1
        }
    }

    /// Runs this program again; returns what it printed, and how it ended where it should not have.
    private func start(_ arguments: [String]) throws -> (output: String, ending: String?) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Processes.executablePath())
        process.arguments = arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        // A trap's trace takes seconds to print, and nobody reads it here.
        process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let trace = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let said = trace.split(separator: "\n").first.map { ": \($0)" } ?? ""
        switch (process.terminationReason, process.terminationStatus) {
        case (.exit, 0): return (text, nil)
        case (.exit, let code): return (text, "ended with \(code)\(said)")
        case (.uncaughtSignal, SIGPROF): return (text, "took more than \(Child.seconds) s of processor time")
        case (.uncaughtSignal, let signal): return (text, "trapped with signal \(signal)\(said)")
        // A reason that Foundation may add one day.
        @unknown default: return (text, "ended for an unknown reason\(said)")
        }
    }
}
