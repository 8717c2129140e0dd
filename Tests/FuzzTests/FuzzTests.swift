// Every reader of bytes from outside takes changed files for what they are; and the fuzzer itself finds what it should.
import Foundation
import Testing
import World

@testable import Fuzz

@Suite(.timeLimit(.minutes(10))) struct FuzzTests {
    /// The built fuzzer: it lies beside the bundle of tests, which is the program that runs now.
    private static let program: URL = {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("Fuzz")
    }()

    private static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fuzz-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = Process()
        process.executableURL = program
        process.arguments = arguments + ["--save", folder.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    /// Ten thousand inputs each; `make fuzz` has a million.
    @Test(
        "S3: no input traps, hangs, takes much memory, or is refused in words that help nobody",
        arguments: Reader.all.map(\.name))
    func everyReaderReadsOrRefuses(reader: String) throws {
        let (status, output) = try Self.run([reader, "--seed", "1", "--count", "10000"])
        #expect(status == 0, "\(output)")
        #expect(output.hasPrefix("\(reader): 10000 inputs, seed 1, "), "\(output)")
    }

    @Test func anInputIsTheSameForItsSeedAndNumberAndOthersDiffer() throws {
        let mutator = Mutator(corpus: [Array("records: 10".utf8), Array("lost: 0".utf8)], words: [])
        let inputs = (0..<200).map { mutator.input(seed: 7, number: $0).bytes }
        #expect(inputs == (0..<200).map { mutator.input(seed: 7, number: $0).bytes })
        #expect(Set(inputs).count > 150)
        #expect(inputs != (0..<200).map { mutator.input(seed: 8, number: $0).bytes })
    }

    @Test("every reader takes the files that it begins with", arguments: Reader.all.map(\.name))
    func whatIsNotChangedIsRead(name: String) throws {
        let reader = try #require(Reader.all.first { $0.name == name }).make()
        #expect(!reader.mutator.corpus.isEmpty)
        for (origin, bytes) in reader.mutator.corpus.enumerated() {
            #expect(!bytes.isEmpty, "\(name) \(origin)")
            #expect(reader.repair(bytes) == bytes, "\(name) \(origin): a sound file needs no repair")
            // Number 1: nothing that is done once in a while.
            #expect(throws: Never.self, "\(name) \(origin)") { try reader.read(bytes, origin, 1) }
        }
    }

    @Test func whatIsRefusedInWordsThatHelpNobodyIsAFinding() throws {
        struct Unknown: Error {}
        struct Code: Decodable { var value: Int }
        let readers: [(isFound: Bool, read: (_ bytes: [UInt8], _ origin: Int, _ number: Int) throws -> Void)] = [
            (true, { _, _, _ in throw Unknown() }),
            (true, { bytes, _, _ in _ = try JSONDecoder().decode(Code.self, from: Data(bytes)) }),
            (false, { _, _, _ in throw NumberError("a thing", "7 is not within 1 to 3", fix: "give less") }),
        ]
        for (isFound, read) in readers {
            let reader = Reader("one", isNamedByPerson: true, corpus: [Array("{}".utf8)], read: read)
            if case .finding = reader.ending(seed: 1, number: 1) {
                #expect(isFound)
            } else {
                #expect(!isFound)
            }
        }
    }

    @Test("S3: a name with a line end of two bytes in it is told in one line") func aNameOfTwoLinesIsToldInOne() throws
    {
        let reader = try #require(Reader.all.first { $0.name == "scenario" }).make()
        #expect(reader.ending(seed: 1, number: 352_894) == .refused)
    }

    @Test(
        "S3: a rate that is all but nothing is refused, before anything is divided by it",
        arguments: [380_176, 495_800])
    func aRateOfNothingIsRefused(number: Int) throws {
        let reader = try #require(Reader.all.first { $0.name == "bench" }).make()
        #expect(reader.ending(seed: 1, number: number) == .refused)
    }

    @Test func aCommandLineThatCannotBeReadIsRefused() throws {
        #expect(try Self.run(["nosuch"]).status == 64)
        #expect(try Self.run(["--count", "0"]).status == 64)
    }
}
