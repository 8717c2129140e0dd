// A capsule repeated, made small, or one of its records told.
package import Results

extension ReplayResult: Presentable {
    /// Whether it is the same, what came out, and the trace.
    package var document: Document {
        var document = Document(
            data: Table(
                [self],
                [
                    .exact("schedule") { $0.schedule }, .exact("produced_records") { $0.produced },
                    .exact("duplicate_records") { $0.duplicates }, .exact("lost_records") { $0.lost },
                    .exact("corrupted_records") { $0.corrupted }, .exact("failure") { $0.failure },
                    .exact("breach") { $0.breach }, .exact("trace_hash") { $0.traceHash },
                    .exact("expected_trace_hash") { $0.expectedTraceHash }, .exact("same") { $0.isSame },
                ]))
        document.add(
            .verdict(
                isSame ? "SAME as in the capsule" : "DIFFERS: the capsule has trace \(expectedTraceHash)"))
        document.add(.prose(schedule))
        document.add(
            .list([
                "produced \(produced), duplicates \(duplicates), lost \(lost), corrupted \(corrupted)"
                    + (failure.map { ", failure: \($0)" } ?? ""),
                "breaks \(breach ?? "nothing"), trace \(traceHash)",
            ]))
        return document
    }
}

extension ShrinkResult: Presentable {
    /// What is left, and the files.
    package var document: Document {
        var document = Document(
            data: Table(
                [self],
                [
                    .exact("schedule") { $0.schedule }, .exact("events") { $0.events }, .exact("breach") { $0.breach },
                    .exact("capsule") { $0.capsule }, .exact("test") { $0.test }, .exact("diagram") { $0.diagram },
                ]))
        document.add(.verdict("\(events) events, breaks \(breach ?? "nothing")"))
        document.add(.prose(schedule))
        document.add(.list(["capsule: \(capsule)", "test: \(test)", "diagram: \(diagram)"]))
        document.add(.code("kbench replay \(capsule)", label: "replay"))
        return document
    }
}

extension RecordLifeResult: Presentable {
    /// What became of the record, and what happened to it.
    package var document: Document {
        var document = Document()
        let end = deliveries == 0 ? "lost" : deliveries == 1 ? "there once" : "there \(deliveries) times"
        document.add(.heading("The life of a record", level: 1), for: .page)
        document.add(.verdict("record \(record): \(end)"))
        document.add(.table(Table(moments, RecordLifeResult.columns)), for: .plain)
        if !moments.isEmpty { document.add(.figure(.life(self)), for: .page) }
        return document
    }

    static var columns: [Column<Moment>] {
        [
            .count("life") { $0.life }, .words("where") { $0.place },
            .words("what happened", wraps: true) { $0.what },
            .words("", name: "point_of_no_return") { $0.isPointOfNoReturn ? "<- point of no return" : "" },
        ]
    }
}
