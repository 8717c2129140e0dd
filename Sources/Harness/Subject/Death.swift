// How lives of a subject are ended before their work is done.
package import World

/// What a subject dies of.
package enum Death: Equatable, Sendable {
    case none
    /// At these points, one for each life from the first on: the subject is told, and dies there by itself.
    case points([ArmedCrash])
    /// SIGKILL when its first life has lasted that long, wherever it is then.
    case time(Duration)
    /// SIGKILL when somebody outside says so.
    case outside
    /// SIGKILL as soon as its first life has put out that many records, or a few more.
    case deliveredCount(Int)

    /// Whether it is somebody else who kills.
    var isFromOutside: Bool {
        switch self {
        case .none, .points: false
        case .time, .outside, .deliveredCount: true
        }
    }

    /// When it comes, in words.
    var when: String {
        switch self {
        case .none: "never"
        case .points(let crashes): crashes.map(\.description).joined(separator: ", ")
        case .time(let delay): "after \(Int(delay / .milliseconds(1))) ms"
        case .outside: "from outside"
        case .deliveredCount(let count): "after \(count) records"
        }
    }
}
