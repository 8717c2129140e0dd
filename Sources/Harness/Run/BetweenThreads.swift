// What threads share: a value that one hands to the next, and a flag that one sets for the others.
internal import Synchronization

/// A value that is handed from thread to thread, which is safe because each hand-over waits for the one before.
package struct Handed<Value>: @unchecked Sendable {
    package let value: Value

    package init(_ value: Value) { self.value = value }
}

/// A flag that is set once, safe to share between threads.
package final class SharedFlag: Sendable {
    private let value = Atomic(false)

    /// Makes a flag that is not set.
    package init() {}

    package var isSet: Bool { value.load(ordering: .relaxed) }

    package func set() { value.store(true, ordering: .relaxed) }
}
