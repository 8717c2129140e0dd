// Told of every call by which a program and all that it starts change files; lets each go on, or stops its thread.
internal import CFileWatch
internal import Glibc
internal import Synchronization
internal import World

/// The kinds of calls that can be watched.
package struct FileCallKinds: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    private init(_ value: some BinaryInteger) { rawValue = UInt32(value) }

    /// Bytes are put into a file by its descriptor: `write` and its kin, `sendfile`, `copy_file_range`, `splice`.
    package static let write = FileCallKinds(KBENCH_FILE_WRITE)
    /// `fsync`, `fdatasync`.
    package static let sync = FileCallKinds(KBENCH_FILE_SYNC)
    package static let rename = FileCallKinds(KBENCH_FILE_RENAME)
    package static let unlink = FileCallKinds(KBENCH_FILE_UNLINK)
}

/// A call that has not been done yet.
package struct FileCall: Equatable, Sendable {
    /// One kind.
    package var kind: FileCallKinds
    /// The file, by its whole path; that of a descriptor is where the file lies now.
    package var path: String
    /// What a rename makes of the path; nil for other calls.
    package var newPath: String?
}

/// What is done to a call.
package enum FileAnswer: Equatable, Sendable {
    case letGo
    /// Its thread waits, and nothing is done to the file.
    case stopBefore
    /// The call is done, and its thread does not come back from it.
    case stopAfter
}

/// What became of a call that was to be stopped.
package enum FileStop: Equatable, Sendable {
    /// Its thread stands still. No further call is let go: whoever is told this kills the program.
    case stopped
    /// The system begins the call anew, which has done nothing, and it will be told of once more.
    case begunAnew
    /// Its thread cannot be stopped behind the call, which goes on.
    case refused(SystemError)
}

/// Watches one program from its start until nothing of it is left.
///
/// Linux only: the program starts with a filter (seccomp's user notification) that all its processes have and none gets
/// rid of, without privileges. A ring of the system (`io_uring`) cannot be watched and is refused to it; writes to mapped
/// memory, and programs of another architecture, are not seen. Each watched call costs about ten microseconds.
package final class FileWatch: Sendable {
    private struct State {
        var listener: Int32?
        var isStarted = false
        var isOver = false
    }

    private let name: String
    private let kinds: FileCallKinds
    private let socket: Int32
    private let bell: Int32
    private let state = Mutex(State())
    private static let number = Atomic(0)

    /// Why no program can be watched here; nil: it can.
    package static var obstacle: SystemError? {
        let errorNumber = kbench_file_watch_allowed()
        return errorNumber == 0 ? nil : SystemError(operation: "watch calls", errorNumber: errorNumber)
    }

    /// Why no call can be stopped behind what it does; nil: it can.
    package static var obstacleBehindCalls: SystemError? {
        let errorNumber = kbench_file_stop_allowed()
        return errorNumber == 0 ? nil : SystemError(operation: "stop a thread", errorNumber: errorNumber)
    }

    /// Makes a watch for one program, which is to be started by ``words(executable:)``.
    ///
    /// - Throws: ``SystemError``.
    package init(_ kinds: FileCallKinds) throws {
        let number = FileWatch.number.wrappingAdd(1, ordering: .relaxed).newValue
        name = "kbench-file-watch-\(getpid())-\(number)"
        self.kinds = kinds
        bell = kbench_file_watch_make_bell()
        guard bell >= 0 else { throw SystemError(operation: "make an event", errorNumber: -bell) }
        socket = kbench_file_watch_open(name)
        guard socket >= 0 else {
            close(bell)
            throw SystemError(operation: "open a socket", errorNumber: -socket)
        }
    }

    deinit {
        if let listener = state.withLock({ $0.listener }) { close(listener) }
        close(socket)
        close(bell)
    }

    /// The command of the hidden subcommand that calls ``become(_:watchedBy:)``.
    package static let subcommand = "watched"

    /// What comes before the words of the program; `executable` is kbench's.
    package func words(executable: String) -> [String] {
        [executable, FileWatch.subcommand, name, "\(kinds.rawValue)", "--"]
    }

    /// Becomes another program, which is watched from its first call on. Returns only by an error.
    ///
    /// - Throws: ``SystemError``.
    package static func become(_ words: [String], watchedBy name: String, kinds: FileCallKinds) throws -> Never {
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        pointers.append(nil)
        var step: UnsafePointer<CChar>?
        let errorNumber = kbench_file_watch_become(name, kinds.rawValue, pointers, &step)
        throw SystemError(operation: step.map { String(cString: $0) } ?? "begin", errorNumber: errorNumber)
    }

    /// Answers the program's calls on a thread of its own until it has ended or is stopped. Both functions are called
    /// there; a `stopped` call is the last.
    ///
    /// - Throws: ``SystemError`` when no thread can be started.
    package func start(
        _ answer: @escaping @Sendable (FileCall) -> FileAnswer, _ told: @escaping @Sendable (FileStop) -> Void
    ) throws {
        state.withLock { $0.isStarted = true }
        do {
            try BlockingThread.start { [self] in
                follow(answer, told)
                state.withLock { $0.isOver = true }
            }
        } catch {
            state.withLock { $0.isStarted = false }
            throw error
        }
    }

    /// Watches no more, and returns when the last call was answered. To be called when nothing of the program is left:
    /// its further calls would fail. Blocks.
    package func stop() {
        kbench_file_watch_ring(bell)
        while state.withLock({ $0.isStarted && !$0.isOver }) { MonotonicClock().sleep(1_000_000) }
    }

    private func follow(_ answer: (FileCall) -> FileAnswer, _ told: (FileStop) -> Void) {
        let listener = kbench_file_watch_accept(socket, bell)
        guard listener >= 0 else { return }
        state.withLock { $0.listener = listener }
        let room = Int(KBENCH_FILE_PATH_ROOM)
        let paths = UnsafeMutablePointer<CChar>.allocate(capacity: 2 * room)
        defer { paths.deallocate() }
        var call = kbench_file_call(id: 0, thread: 0, kind: 0, path: paths, second: paths + room)
        while kbench_file_watch_next(listener, bell, &call) == 1 {
            guard call.kind != 0 else {
                kbench_file_watch_let(listener, call.id)
                continue
            }
            let newPath = call.second[0] == 0 ? nil : String(cString: call.second)
            let known = FileCall(
                kind: FileCallKinds(rawValue: call.kind), path: String(cString: call.path), newPath: newPath)
            switch answer(known) {
            case .letGo: kbench_file_watch_let(listener, call.id)
            case .stopBefore: return told(.stopped)
            case .stopAfter:
                let result = kbench_file_watch_let_and_stop(listener, call.id, call.thread)
                switch result {
                case Int32(KBENCH_FILE_DONE): return told(.stopped)
                case Int32(KBENCH_FILE_GONE): continue
                case Int32(KBENCH_FILE_AGAIN): told(.begunAnew)
                default:
                    told(.refused(SystemError(operation: "follow a thread", errorNumber: -result)))
                    kbench_file_watch_let(listener, call.id)
                }
            }
        }
    }
}
