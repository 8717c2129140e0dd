// An orderly stop: what an engine still does when it is asked to leave.

/// How an engine leaves when it is asked to, in place of being killed. Whoever starts it again goes on behind it.
public enum Stop: String, CaseIterable, Codable, Sendable {
    /// It takes nothing in any more, processes all that it has taken in, and leaves.
    case drain
    /// It finishes the batch under way and leaves what the next life finds again: blocks that are in a log, and batches of
    /// earlier lives that wait to be run again. A receiver that keeps its blocks in memory drains them, as nobody else has
    /// them.
    case term
}
