// Latencies from the moment a record was to be offered, one histogram for each stage.
package import Engine
package import Histogram
internal import Posix
internal import Results
internal import Synchronization
package import World

/// Records how long after its time each record of a schedule came to each stage.
///
/// The time counts from when the record was to be sent, not from when it was: a generator, or a broker, that stalls makes
/// every record late that it should have taken meanwhile, and each of them is counted.
package final class LatencyRecorder: StageObserver {
    private struct Progress {
        /// By partition, the offset behind the last record recorded: what is told again is not counted again.
        var reached: [Offset]
        var histogram: Histogram<UInt64>
    }

    private let schedule: OfferedSchedule
    private let counters: EngineCounters
    private let now: @Sendable () -> Nanoseconds
    private let stages: Mutex<[ObservedStage: Progress]> = Mutex([:])

    package init(
        _ schedule: OfferedSchedule, counters: EngineCounters,
        now: @escaping @Sendable () -> Nanoseconds = { MonotonicClock().now() }
    ) {
        self.schedule = schedule
        self.counters = counters
        self.now = now
    }

    package func reached(_ stage: ObservedStage, _ ranges: [OffsetRange]) {
        let now = now()
        // What arrives before the schedule has begun is none of its records.
        let start = counters[.offeredFrom]
        guard start > 0 else { return }
        stages.withLock { stages in
            var progress =
                stages.removeValue(forKey: stage)
                ?? Progress(
                    reached: schedule.starts,
                    histogram: LatencySpectrum.histogram)
            for range in ranges {
                let partition = Int(range.partition)
                guard partition < schedule.starts.count, range.until > progress.reached[partition] else { continue }
                for offset in max(range.from, progress.reached[partition])..<range.until {
                    let index = schedule.index(range.partition, offset)
                    if index < schedule.warmUpRecords { continue }
                    let offered = start + schedule.time(of: index)
                    _ = progress.histogram.record(now > offered ? (now - offered) / 1_000 : 0)
                }
                progress.reached[partition] = range.until
            }
            stages[stage] = progress
        }
    }

    /// The percentiles of each stage that any record came to.
    package var figures: [String: LatencyFigures] {
        stages.withLock { stages in
            Dictionary(
                uniqueKeysWithValues: stages.filter { $0.value.histogram.totalCount > 0 }.map { stage, progress in
                    (stage.rawValue, LatencyFigures(progress.histogram))
                })
        }
    }
}

extension LatencyFigures {
    package init(_ histogram: Histogram<UInt64>) {
        self.init(records: Int(histogram.totalCount), spectrum: LatencySpectrum(histogram))
    }
}

extension LatencySpectrum {
    /// The highest latency that is told apart from a higher one, in microseconds: two hours.
    private static let highest: UInt64 = 7_200_000_000

    /// A histogram of latencies in microseconds.
    static var histogram: Histogram<UInt64> {
        Histogram(highestTrackableValue: highest, numberOfSignificantValueDigits: .three)
    }

    init(_ histogram: Histogram<UInt64>) {
        self.init(max: histogram.max) { histogram.valueAtPercentile($0) }
    }

    /// From when a batch was due, or planned, until its completion was recorded, each record once; nil without records.
    init?(of batches: [BatchStatistics]) {
        var histogram = LatencySpectrum.histogram
        for batch in batches where batch.records > 0 {
            let microseconds = (batch.schedulingDelay &+ batch.processingTime) / 1_000
            _ = histogram.record(min(microseconds, LatencySpectrum.highest), count: UInt64(batch.records))
        }
        guard histogram.totalCount > 0 else { return nil }
        self.init(histogram)
    }
}
