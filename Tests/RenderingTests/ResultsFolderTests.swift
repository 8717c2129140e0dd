// A results folder: complete or absent, never changed, and clear about what is in the way.
import Foundation
import Results
import Testing
import World

@testable import Rendering

@Suite struct ResultsFolderTests {
    /// Runs `body` with a folder of its own that is removed afterwards.
    private func inScratch(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-report-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func names(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test func aResultIsKeptInEveryFormAndLatestPointsAtIt() throws {
        try inScratch { scratch in
            let base = scratch.appendingPathComponent("deep/results")
            let folder = try ResultsFolder.write(Sample.passing, in: base.path)
            #expect(folder.path == base.path + "/20261122T153000Z-crash-before-commit-1")
            #expect(try names(in: base) == ["20261122T153000Z-crash-before-commit-1", "latest"])
            let latest = base.appendingPathComponent("latest")
            #expect(try names(in: latest) == ["report.html", "report.md", "run.json", "summary.csv"])
            let texts = [
                ("run.json", try Sample.passing.json()), ("summary.csv", Sample.passing.document.csv),
                ("report.md", Sample.passing.document.markdown), ("report.html", Sample.passing.document.html),
            ]
            for (file, text) in texts {
                let written = try Data(contentsOf: latest.appendingPathComponent(file))
                #expect(written == Data(text.utf8))
            }
        }
    }

    @Test func aSecondResultOfTheSameSecondGetsAFolderOfItsOwn() throws {
        try inScratch { base in
            _ = try ResultsFolder.write(Sample.passing, in: base.path)
            let second = try ResultsFolder.write(Sample.passing, in: base.path + "/")
            #expect(second.path == base.path + "/20261122T153000Z-crash-before-commit-1-2")
            let latest = try FileManager.default.destinationOfSymbolicLink(atPath: base.path + "/latest")
            #expect(latest == "20261122T153000Z-crash-before-commit-1-2")
        }
    }

    @Test func somethingOfAPersonsThatIsCalledLatestStays() throws {
        try inScratch { base in
            let mine = base.appendingPathComponent("latest/mine")
            try FileManager.default.createDirectory(at: mine, withIntermediateDirectories: true)
            _ = try ResultsFolder.write(Sample.passing, in: base.path)
            #expect(FileManager.default.fileExists(atPath: mine.path))
        }
    }

    @Test func aFailureLeavesNothingBehind() throws {
        try inScratch { base in
            var result = Sample.passing
            result.runs[0].recordsPerSecond = .nan
            #expect(throws: ResultsError.self) { try ResultsFolder.write(result, in: base.path) }
            let left = try names(in: base)
            #expect(left.isEmpty)
        }
    }

    @Test func aFileInTheWayIsNamed() throws {
        try inScratch { scratch in
            let base = scratch.appendingPathComponent("results")
            try Data().write(to: base)
            let error = #expect(throws: ResultsError.self) { try ResultsFolder.write(Sample.passing, in: base.path) }
            #expect(error?.cause == "\(base.path): a file has this name")
            #expect(error?.fix == "choose another folder with --out")
            #expect(error?.exitCode == .usage)
        }
    }

    @Test func aFolderThatCannotBeMadeIsNamed() {
        let error = #expect(throws: ResultsError.self) { try ResultsFolder.write(Sample.passing, in: "/proc/kbench") }
        #expect(error?.cause == "/proc/kbench: the result could not be kept: No such file or directory")
        #expect(error?.fix == "choose another folder with --out")
    }

    @Test(arguments: [
        (
            CocoaError.Code.fileWriteOutOfSpace, ResultsError.Code.noSpace, "out: the disk is full",
            World.ExitStatus.internalError
        ),
        (.fileWriteNoPermission, .notAllowed, "out: the folder may not be written", .usage),
        (.fileWriteVolumeReadOnly, .notAllowed, "out: the folder may not be written", .usage),
    ])
    func theSystemsRefusalsAreTranslated(
        system: CocoaError.Code, code: ResultsError.Code, cause: String, exit: World.ExitStatus
    ) {
        let error = ResultsError.explain(CocoaError(system), at: "out")
        #expect(error.code == code)
        #expect(error.cause == cause)
        #expect(error.exitCode == exit)
    }
}
