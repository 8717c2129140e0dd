// What this process may have: memory, processor time, processes and open files, by control groups and limits.
internal import Harness
internal import Posix
internal import Results
internal import World

/// A small file of the kernel's.
enum SmallFile {
    /// Its text; nil where it cannot be read.
    static func text(_ path: String) -> String? {
        (try? FileSystem.contents(of: path, limit: 1 << 20)).flatMap(\.self).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// The narrowest bounds that the control groups of this process set, in either version of them.
struct GroupLimits: Equatable {
    /// Bytes; nil for none.
    var memory: Double?
    /// Cores' worth of processor time; nil for none.
    var cores: Double?
    /// Processes and threads; nil for none.
    var processes: Double?

    /// Reads them through `read`, which gives a file's text, or nil.
    init(read: (String) -> String?) {
        for line in (read("/proc/self/cgroup") ?? "").split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3 else { continue }
            let controllers = parts[1].split(separator: ",").map(String.init)
            for folder in GroupLimits.ancestors(of: parts[2]) {
                if controllers.isEmpty {
                    take(read, "/sys/fs/cgroup" + folder)
                } else {
                    // Each controller has a tree of its own, and those that share one have a name for each.
                    for controller in controllers {
                        take(read, "/sys/fs/cgroup/\(controller)" + folder, of: controller)
                    }
                }
            }
        }
    }

    /// A group's folder and those above it, the root as an empty text.
    private static func ancestors(of path: String) -> [String] {
        var names = path.split(separator: "/")
        var all: [String] = []
        while !names.isEmpty {
            all.append(names.map { "/" + $0 }.joined())
            names.removeLast()
        }
        return all + [""]
    }

    private mutating func take(_ read: (String) -> String?, _ folder: String) {
        narrow(\.memory, GroupLimits.number(read("\(folder)/memory.max")))
        narrow(\.processes, GroupLimits.number(read("\(folder)/pids.max")))
        let words = (read("\(folder)/cpu.max") ?? "").split { $0.isWhitespace }.map { Double($0) }
        if words.count == 2, let quota = words[0], let period = words[1], period > 0 { narrow(\.cores, quota / period) }
    }

    private mutating func take(_ read: (String) -> String?, _ folder: String, of controller: String) {
        switch controller {
        // Without a limit the file has the largest number that a page divides.
        case "memory":
            narrow(
                \.memory,
                GroupLimits.number(read("\(folder)/memory.limit_in_bytes")).flatMap {
                    $0 < 0x7fff_ffff_ffff_0000 ? $0 : nil
                })
        case "cpu":
            if let quota = GroupLimits.number(read("\(folder)/cpu.cfs_quota_us")), quota > 0,
                let period = GroupLimits.number(read("\(folder)/cpu.cfs_period_us")), period > 0
            {
                narrow(\.cores, quota / period)
            }
        case "pids": narrow(\.processes, GroupLimits.number(read("\(folder)/pids.max")))
        default: break
        }
    }

    private mutating func narrow(_ bound: WritableKeyPath<GroupLimits, Double?>, _ value: Double?) {
        guard let value else { return }
        self[keyPath: bound] = min(self[keyPath: bound] ?? value, value)
    }

    private static func number(_ text: String?) -> Double? {
        text.flatMap { Double($0.prefix { !$0.isWhitespace }) }
    }
}

/// Looks at limits.
enum LimitLook {
    static func lines() -> [DoctorResult.Line] {
        let limits = GroupLimits(read: SmallFile.text)
        let available = Processes.availableMemory()
        return [
            memory(
                available: available == .max ? nil : Double(available), group: limits.memory,
                process: Processes.memoryLimit().map(Double.init)),
            quota(limits, cores: Processes.processorCount()), files(Processes.openFileLimit),
        ]
    }

    static func memory(available: Double?, group: Double?, process: Double?) -> DoctorResult.Line {
        let bounds: [(name: String, bytes: Double)] = [
            ("are free", available), ("are the control group's limit", group), ("are the limit of a process", process),
        ].compactMap { name, bytes in bytes.map { (name, $0) } }
        let least = bounds.map(\.bytes).min() ?? .infinity
        return .init(
            "memory", least < 300e6 ? .failure : least < 1e9 ? .warning : .ok,
            found: bounds.isEmpty
                ? "the system does not say"
                : bounds.map { "\(DoctorWords.bytes($0.bytes)) \($0.name)" }.joined(separator: ", "),
            means:
                "the embedded broker keeps a run's records in memory: "
                + "\(DoctorWords.bytes(min(least, 1e15) * 0.75)) at most",
            mend: "raise the limit, use fewer records, or a broker elsewhere with --brokers",
            figures: least.isFinite ? ["bytes": least] : [:])
    }

    static func quota(_ limits: GroupLimits, cores: Int) -> DoctorResult.Line {
        let words = [
            limits.cores.map { "\(DoctorWords.number($0)) cores' worth of processor time" },
            limits.processes.map { "\(DoctorWords.number($0, places: 0)) processes and threads" },
        ].compactMap(\.self)
        let isBound = limits.cores.map { $0 < Double(cores) } == true
        let isTight = limits.processes.map { $0 < 200 } == true
        return .init(
            "control group", isBound || isTight ? .warning : .ok,
            found: words.isEmpty ? "no bound on processor time or processes" : words.joined(separator: ", "),
            means: isTight
                ? "a run has some 60 threads for each process it starts"
                : "a quota stops all threads for a part of each period: latencies have its gaps in them",
            mend: "take the bound away, or raise it (cpu.max, pids.max), where figures are wanted",
            figures: ["quotaCores": limits.cores, "processes": limits.processes].compactMapValues(\.self))
    }

    static func files(_ count: Int) -> DoctorResult.Line {
        .init(
            "open files", count < 256 ? .failure : count < 1024 ? .warning : .ok, found: "\(count) at once",
            means: "a broker has a connection and a file for each client and partition",
            mend: "raise the limit, such as with ulimit -n 4096", figures: ["files": Double(count)])
    }
}
