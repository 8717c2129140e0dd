// The readers of judged pipelines: their files, and where they are to be killed, as people write it.
internal import Harness
internal import Pipelines

extension Reader {
    /// The file of a pipeline.
    static func pipeline() -> Reader {
        let small = """
            pipeline: mine
            command: [python3, consumer.py, "{state}"]
            setup: ["true"]
            env: {MODE: "{group}"}
            input: {records: 2000, partitions: 4, record-bytes: 100, batch-records: 50, trim: true, lockstep: true}
            output: {files: "{output}/part-*", ignore: "^id,"}
            identity: {pattern: 'n=(\\d+)'}
            offsets: group
            guarantee: at-least-once
            drain: {quiet-ms: 500, commit-ms: 6000, timeout-s: 120, stop-s: 10}
            kill: {points: [wire.fetch.records@3, "file.sync.after[path=*.txt]"], occurrences: [first, 2], docker: box}
            script: ["at=1s leader-moves partition=0 to=2"]
            """
        let other = "pipeline: a\ncommand: cat\noutput: {sqlite: a.db, query: select 1}\nidentity: {json: id}\n"
        return Reader(
            "pipeline", isNamedByPerson: true, corpus: [small, other].map { Array($0.utf8) },
            words: ["output: ", "{topic: a}", "identity: ", "column: 2", "command: ", "kill: ", "{", "}", "- "]
        ) { bytes, _, _ in
            _ = try PipelineFile.parse(String(decoding: bytes, as: UTF8.self), file: "pipeline.yaml", folder: "/")
        }
    }

    /// A point of the wire or of a file, which is written as it is read; the files of a pattern are looked for in time.
    static func point() -> Reader {
        let corpus = [
            "file.write.before[path=*.jsonl]@3", "file.sync.after", "file.rename.before[path={output}/**/part-?]@12",
            "file.unlink.after[path=/a/b]", "wire.fetch.records@3",
        ]
        return Reader(
            "point", isNamedByPerson: true, corpus: corpus.map { Array($0.utf8) },
            words: ["file.", "wire.", "@", "[path=", "]", "**", "*", "?", "/", "{state}"]
        ) { bytes, _, _ in
            let trigger = try PipelineTrigger(String(decoding: bytes, as: UTF8.self))
            let again = try PipelineTrigger("\(trigger)")
            precondition(again == trigger, "a point changes when it is written")
            guard case .file(let file) = trigger, let path = file.path else { return }
            _ = PathPattern(path).matches("/a/kbench/.running-1/run-2/output/part-0.jsonl")
        }
    }
}
