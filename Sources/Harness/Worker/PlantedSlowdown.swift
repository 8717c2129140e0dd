// A slowdown on purpose, to see whether a comparison notices.
package import Engine
internal import Posix
internal import Synchronization
package import World

/// Wastes a share of the processor time that the process uses, in the thread that does the work, so that both the clock
/// and the processor time show it.
package final class PlantedSlowdown: StageObserver {
    private let share: Double
    private let inner: (any StageObserver)?
    /// The processor time when the last waste ended.
    private let accounted: Mutex<Double>

    /// Wastes `share` of what is used from now on; everything it is told it tells `inner` too.
    package init(_ share: Double, telling inner: (any StageObserver)?) {
        self.share = share
        self.inner = inner
        accounted = Mutex(PlantedSlowdown.used())
    }

    package func reached(_ stage: ObservedStage, _ ranges: [OffsetRange]) {
        inner?.reached(stage, ranges)
        accounted.withLock { accounted in
            let now = PlantedSlowdown.used()
            let end = now + (now - accounted) * share
            while PlantedSlowdown.used() < end {}
            accounted = PlantedSlowdown.used()
        }
    }

    private static func used() -> Double {
        let use = ProcessUse.processorSeconds()
        return use.user + use.system
    }
}
