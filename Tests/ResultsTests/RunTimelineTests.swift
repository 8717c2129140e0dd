// A timeline is thinned evenly, and the series of a history that tell most come first.
import Results
import Testing

@Suite struct RunTimelineTests {
    @Test("so many samples are left, evenly, and always the last", arguments: [1, 2, 7, 400, 1_000, 5_000])
    func thinned(count: Int) {
        var timeline = RunTimeline(lives: [], samples: (0..<count).map { .init(seconds: Double($0), rows: $0) })
        timeline.thin()
        #expect(timeline.samples.count == min(count, RunTimeline.mostSamples))
        #expect(timeline.samples.last?.rows == count - 1)
        let gaps = zip(timeline.samples, timeline.samples.dropFirst()).map { $1.seconds - $0.seconds }
        #expect((gaps.max() ?? 0) - (gaps.min() ?? 0) <= 1)
    }

    @Test func aSeriesHasTheMedianOfEachPart() {
        func series(_ name: String, _ values: [Double], _ changes: [Int] = []) -> HistorySeries {
            let points = values.enumerated().map {
                HistorySeries.Point(commit: "c\($0.offset)", date: "d", value: $0.element)
            }
            return HistorySeries(figure: name, points: points, changes: changes)
        }
        let changed = series("a", [1, 3, 2, 10, 12, 11], [3])
        #expect(changed.medians == [2, 2, 2, 11, 11, 11])
        #expect(series("a", [5, 1]).medians == [3, 3])
        #expect(series("a", [], [4]).medians == [], "a place that a file from outside may name")
        let telling = HistorySeries.telling(
            [series("steady", [4, 4]), series("wild", [1, 9]), changed, series("still", [4, 4])], most: 3)
        #expect(telling.map(\.figure) == ["a", "wild", "steady"])
    }
}
