// A mark in the environment of all processes of a life, by which they are found when they have left its group.
internal import Posix
internal import Synchronization

/// The marks of lives: this process, among whose processes its number counts, and a number for each life.
package enum RunMark {
    /// The variable that has it.
    package static let variable = "KBENCH_RUN"

    private static let number = Atomic(0)

    /// A mark that no life has had.
    static func next() -> String {
        "\(ProcessIdentity.own)-\(Processes.namespace)-\(number.wrappingAdd(1, ordering: .relaxed).newValue)"
    }

    /// Ends all processes with a mark at once.
    static func end(_ mark: String) { Processes.endMarked(variable) { $0 == mark } }

    /// Ends the processes of all lives that this process has started.
    static func endOwn() {
        guard number.load(ordering: .relaxed) > 0 else { return }
        Processes.endMarked(variable) { owner(of: $0) == .own }
    }

    /// Ends what lives have left whose harness was killed itself.
    package static func endAbandoned() {
        Processes.endMarked(variable) { mark in
            owner(of: mark).map { !$0.isRunning } ?? false
        }
    }

    /// nil for one that numbers its processes otherwise, such as in a container.
    private static func owner(of mark: String) -> ProcessIdentity? {
        let words = mark.split(separator: "-")
        guard words.count == 4, words[2] == Processes.namespace else { return nil }
        return ProcessIdentity(parsing: words[..<2].joined(separator: "-"))
    }
}
