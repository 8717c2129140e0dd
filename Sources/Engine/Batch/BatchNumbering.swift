// The number a driver starts counting its batches from.
internal import Ingestion
internal import World

/// Batch numbers rise by one; where they begin depends on how true to Spark the run is.
enum BatchNumbering {
    /// The number before the first batch of a driver that finds no checkpoint. Spark numbers batches by their time, so
    /// that a driver which starts anew never meets a number it used before; microseconds of the clock do the same here.
    static func beforeFirst(_ fidelity: Fidelity, clock: any Clock) -> Int64 {
        fidelity.has(.numbersByClock) ? Int64(clock.now() / 1_000) : 0
    }
}
