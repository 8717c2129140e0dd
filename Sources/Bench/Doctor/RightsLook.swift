// The rights that kbench judge needs: to watch calls on files, to stop behind them, and to find what was started.
internal import Harness
internal import Posix
internal import Results
internal import World

/// Looks at rights.
enum RightsLook {
    static var files: DoctorResult.Line { files(obstacle: FileWatch.obstacle.map { "\($0)" }) }

    static func files(obstacle: String?) -> DoctorResult.Line {
        .init(
            "points of files", obstacle == nil ? .ok : .warning,
            found: obstacle.map { "calls cannot be watched: \($0)" } ?? "calls on files can be watched (seccomp)",
            means:
                "kbench judge kills beside writes, syncs, renames and removals; points of the wire need none of this",
            mend: "allow seccomp in the container's profile, or judge with points of the wire alone")
    }

    static var behindCalls: DoctorResult.Line { behindCalls(obstacle: FileWatch.obstacleBehindCalls.map { "\($0)" }) }

    static func behindCalls(obstacle: String?) -> DoctorResult.Line {
        .init(
            "points behind calls", obstacle == nil ? .ok : .warning,
            found: obstacle.map { "threads cannot be stopped there: \($0)" } ?? "threads can be stopped there (ptrace)",
            means: "points such as file.write.after kill when the call is done and its caller does not know",
            mend: "allow ptrace (kernel.yama.ptrace_scope below 3, the container's profile), or use points before calls"
        )
    }

    /// What has been started is found by a mark in its environment.
    static var processes: DoctorResult.Line {
        processes(isReadable: SmallFile.text("/proc/self/environ") != nil)
    }

    static func processes(isReadable: Bool) -> DoctorResult.Line {
        .init(
            "processes", isReadable ? .ok : .warning,
            found: isReadable ? "/proc shows what runs" : "/proc does not show what runs",
            means: "a kill reaches all that a pipeline has started, found by a mark in its environment",
            mend: "mount /proc, or judge only pipelines of one process")
    }
}
