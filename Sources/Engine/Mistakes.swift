// Mistakes that an engine can be made to make, so that those who look for mistakes can be put to the test.

/// An order of steps that is wrong. Nothing outside this package can ask for one, and no configuration holds one.
package enum Mistake: Hashable, Sendable {
    /// Offsets are committed before the blocks are in the log.
    case commitsBeforeLog
    /// The log's segments are removed although a batch that is not complete needs them.
    case removesNeededSegments
}
