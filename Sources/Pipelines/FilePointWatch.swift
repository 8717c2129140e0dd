// Counts a pipeline's calls on files, and says at which one it is to be killed.
internal import Posix
internal import Synchronization

/// The counts of a run, and what is waited for.
struct FilePointWatch: Sendable {
    private struct Waiting {
        var trigger: FileTrigger
        var pattern: PathPattern?
        var isKill: Bool
        var seen = 0
    }

    /// How many calls on the run's own files each point has seen.
    private(set) var census: [FilePoint: Int] = [:]
    private let own: [PathPattern]
    private var waiting: [Waiting]

    /// Counts calls on files that fit one of the patterns `own`; `filled` puts values into a trigger's pattern.
    init(own: [String], counting counts: [FileTrigger], kill: FileTrigger?, filled: (String) -> String) {
        self.own = own.map(PathPattern.init)
        func wait(_ trigger: FileTrigger, _ isKill: Bool) -> Waiting {
            Waiting(trigger: trigger, pattern: trigger.path.map { PathPattern(filled($0)) }, isKill: isKill)
        }
        waiting = counts.map { wait($0, false) } + (kill.map { [wait($0, true)] } ?? [])
    }

    /// How many calls each of those that are waited for has seen.
    var seen: [FileTrigger: Int] { waiting.reduce(into: [:]) { $0[$1.trigger] = $1.seen } }

    /// Counts a call.
    mutating func pass(_ call: FileCall) -> FileAnswer {
        guard let kind = FilePoint.Kind.allCases.first(where: { $0.calls == call.kind }) else { return .letGo }
        let paths = [call.path] + (call.newPath.map { [$0] } ?? [])
        let isOwn = own.contains { pattern in paths.contains(where: pattern.matches) }
        var answer = FileAnswer.letGo
        for moment in FilePoint.Moment.allCases {
            let point = FilePoint(kind, moment)
            if isOwn { census[point, default: 0] += 1 }
            for index in waiting.indices where waiting[index].trigger.point == point {
                let isMeant = waiting[index].pattern.map { paths.contains(where: $0.matches) } ?? isOwn
                guard isMeant else { continue }
                waiting[index].seen += 1
                if waiting[index].isKill, waiting[index].seen == waiting[index].trigger.occurrence {
                    answer = moment == .before ? .stopBefore : .stopAfter
                }
            }
        }
        return answer
    }

    /// The call at which it was to be killed was not done, and comes once more.
    mutating func takeBack() {
        for index in waiting.indices where waiting[index].isKill { waiting[index].seen -= 1 }
    }
}

/// The calls on files of a run's lives, as long as they are watched.
final class WatchedFiles: Sendable {
    private struct State {
        var points: FilePointWatch
        var failure: SystemError?
    }

    private let kinds: FileCallKinds
    /// kbench itself, which becomes the program.
    private let executable: String
    private let state: Mutex<State>

    init(_ kinds: FileCallKinds, _ points: FilePointWatch, executable: String) {
        self.kinds = kinds
        self.executable = executable
        state = Mutex(State(points: points))
    }

    /// The counts.
    var points: FilePointWatch { state.withLock { $0.points } }
    /// Why a life could not be stopped where it was to be.
    var failure: SystemError? { state.withLock { $0.failure } }

    /// Runs a life that is started behind the words it is given. `kill` is called on a plain thread when its time has
    /// come; no call on a file is let go from then on.
    ///
    /// - Throws: ``SystemError`` when it cannot be watched, or what `body` throws.
    func watch<Result: Sendable>(
        kill: @escaping @Sendable () -> Void, _ body: (_ launcher: [String]) async throws -> Result
    ) async throws -> Result {
        let watch = try FileWatch(kinds)
        try watch.start { [self] call in
            state.withLock { $0.points.pass(call) }
        } _: { [self] stop in
            switch stop {
            case .stopped: kill()
            case .begunAnew: state.withLock { $0.points.takeBack() }
            case .refused(let error): state.withLock { $0.failure = error }
            }
        }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(watch.words(executable: executable)))
        } catch {
            result = .failure(error)
        }
        try await BlockingThread.run { watch.stop() }
        return try result.get()
    }
}
