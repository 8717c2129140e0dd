// Points of files as text, which files a pattern means, and at which call a kill comes.
import Harness
import KafkaProxy
@testable import Posix
import Testing
import World

@testable import Pipelines

@Suite("Points of files") struct FilePointTests {
    @Test(
        "are read and told alike",
        arguments: [
            ("file.write.before", "file.write.before@1"), ("file.sync.after@7", "file.sync.after@7"),
            ("file.rename.before[path=*.jsonl]@2", "file.rename.before[path=*.jsonl]@2"),
            ("file.unlink.after[path={state}/a@b,c]", "file.unlink.after[path={state}/a@b,c]@1"),
            ("wire.fetch.records@3", "wire.fetch.records@3"),
        ])
    func words(text: String, whole: String) throws {
        let trigger = try PipelineTrigger(text)
        #expect(trigger.description == whole)
        #expect(try PipelineTrigger(trigger.description) == trigger)
        #expect("\(trigger.unnumbered)@\(trigger.occurrence)" == whole)
    }

    @Test(
        "that are none are refused with a reason",
        arguments: [
            ("file.read.before", "there is no point file.read.before"), ("file.write", "there is no point file.write"),
            ("file.write.before@0", "no number from 1 on"), ("file.write.before[topic=a]", "not of that form"),
            ("file.write.before[path={nowhere}]", "no placeholder {nowhere}"),
            ("file.write.before@99999999999999999999", "no number from 1 on"),
            ("wire.nothing.request", "there is no point wire.nothing.request"),
        ])
    func refusals(text: String, reason: String) {
        let error = #expect(throws: Diagnosis.self) { try PipelineTrigger(text) }
        #expect(error?.cause.contains(reason) == true, "\(error?.cause ?? "")")
        #expect(error?.exitCode == .usage)
    }

    @Test("have an order, and each its name")
    func order() {
        #expect(FilePoint.all.count == 8)
        #expect(FilePoint.all == FilePoint.all.sorted())
        #expect(FilePoint.all.allSatisfy { FilePoint("\($0)") == $0 })
        let mixed: [PipelinePoint] = [.file(FilePoint(.write, .before)), .wire(.fetchRecords)]
        #expect(mixed.sorted() == mixed.reversed())
    }

    @Test(
        "of a pattern are those whose path fits it",
        arguments: [
            ("*.jsonl", "/a/b/c.jsonl", true), ("*.jsonl", "/a/c.jsonl/d", false), ("b/*.txt", "/a/b/c.txt", true),
            ("b/*.txt", "/a/b/d/c.txt", false), ("b/**.txt", "/a/b/d/c.txt", true), ("/a/?", "/a/b", true),
            ("/a/?", "/a/b/c", false), ("/a/??", "/a/b", false), ("/a/**", "/a/b/c", true), ("/a/**", "/ab", false),
            ("**", "/a", true), ("a", "/ba", false), ("/*/c", "/a/c", true), ("/*/c", "/a/b/c", false),
        ])
    func patterns(pattern: String, path: String, fits: Bool) {
        #expect(PathPattern(pattern).matches(path) == fits)
    }

    @Test("count the calls on the run's own files, or on those that a pattern means, and kill at one")
    func counts() throws {
        let pattern = try FileTrigger("file.write.after[path={output}]@2")
        let counted = FileTrigger(FilePoint(.rename, .before), occurrence: .max)
        var watch = FilePointWatch(own: ["/run/**"], counting: [counted], kill: pattern) {
            $0.replacing("{output}", with: "/elsewhere/rows")
        }
        func write(_ path: String) -> FileCall { FileCall(kind: .write, path: path) }
        #expect(watch.pass(write("/run/state")) == .letGo)
        #expect(watch.pass(write("/elsewhere/rows")) == .letGo)
        #expect(watch.pass(write("/elsewhere/other")) == .letGo)
        #expect(watch.pass(FileCall(kind: .rename, path: "/tmp/a", newPath: "/run/a")) == .letGo)
        #expect(
            watch.census == [
                FilePoint(.write, .before): 1, FilePoint(.write, .after): 1, FilePoint(.rename, .before): 1,
                FilePoint(.rename, .after): 1,
            ])
        #expect(watch.seen == [counted: 1, pattern: 1])
        #expect(watch.pass(write("/elsewhere/rows")) == .stopAfter)
        // The system begins it anew.
        watch.takeBack()
        #expect(watch.pass(write("/elsewhere/rows")) == .stopAfter)
        #expect(watch.pass(write("/elsewhere/rows")) == .letGo)
        var before = FilePointWatch(own: ["/a"], counting: [], kill: try FileTrigger("file.sync.before")) { $0 }
        #expect(before.pass(FileCall(kind: .sync, path: "/b")) == .letGo)
        #expect(before.pass(FileCall(kind: .sync, path: "/a")) == .stopBefore)
    }
}
