// The whole lives of a pipeline, as they were watched.
internal import Results

extension JudgeResult.Run {
    /// Of a life of a pipeline fewer samples are kept: a result has many runs.
    private static let mostSamples = 50

    /// Adds a life; times count from the start of the first.
    mutating func noteLife(_ ending: String, from: Duration, to: Duration, _ watch: LifeWatch) {
        var timeline = self.timeline ?? RunTimeline(lives: [], samples: [])
        let (from, to) = (from / .seconds(1), to / .seconds(1))
        var recovery: RecoveryParts?
        if let last = timeline.lives.last {
            recovery = RecoveryParts()
            recovery?.detectSeconds = from - last.to
            recovery?.openSeconds = watch.firstFetch.map { $0 / .seconds(1) }
        }
        timeline.lives.append(.init(from: from, to: to, ending: ending, recovery: recovery))
        var own = RunTimeline(
            lives: [], samples: watch.lags.map { .init(seconds: from + $0.at / .seconds(1), lag: $0.lag) })
        own.thin(to: Self.mostSamples)
        timeline.samples += own.samples
        self.timeline = timeline
    }

    /// Adds how many rows there were when the newest life was over; nil: nobody could look.
    mutating func noteRows(_ rows: Int?) {
        guard let rows, let at = timeline?.lives.last?.to else { return }
        if timeline?.samples.contains(where: { $0.rows != nil }) == false {
            timeline?.samples.insert(.init(seconds: 0, rows: 0), at: 0)
        }
        timeline?.samples.append(.init(seconds: at, rows: rows))
    }
}
