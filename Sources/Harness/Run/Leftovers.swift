// What would outlast kbench if it just stopped: workers, files, topics and consumer groups; and their removal in time.
package import Kafka
internal import Posix
internal import Synchronization
internal import World

/// Everything of this process that somebody would have to remove if it ended now. What a command makes is noted here
/// before it is made, so that one place can tidy up, whatever the command is doing just then.
public final class Leftovers: Sendable {
    /// Those of this process.
    public static let shared = Leftovers()

    private struct State {
        var isEnding = false
        /// The processes that are just being started, and are not among the workers yet.
        var starts = 0
        var folders: [String] = []
        var emptyFolders: [String] = []
        var workers: [Int32] = []
        var program: Int32?
        var clusters: [ClusterLeftovers] = []
        var others: [(name: String, remove: @Sendable () throws -> Void)] = []
        var kept: String?
    }

    private let state = Mutex(State())

    package init() {}

    /// Whether an end was asked for: nothing new is begun then, and whoever would tidy up leaves it to ``tidy(within:)``.
    public var isEnding: Bool { state.withLock { $0.isEnding } }

    /// How what has been done so far is gone on with, in words; nil where nothing of it is kept.
    public var kept: String? { state.withLock { $0.kept } }

    /// What is kept on purpose, if the command ends now, and how it is gone on with; nil: no more.
    public func keep(_ words: String?) { state.withLock { $0.kept = words } }

    // MARK: What there is

    /// A folder that lasts as long as its command.
    package func note(folder: String) {
        state.withLock { if !$0.folders.contains(folder) { $0.folders.append(folder) } }
    }

    /// A folder that was made for what lasts as long as the command: it goes, too, if nothing is in it then.
    public func note(emptyFolder: String) { state.withLock { $0.emptyFolders.append(emptyFolder) } }

    /// A process is about to be started.
    ///
    /// - Returns: what is told once it is among the workers, or did not come about.
    /// - Throws: `CancellationError` when an end was asked for.
    package func willStart() throws -> StartUnderWay {
        try state.withLock { state in
            if state.isEnding { throw CancellationError() }
            state.starts += 1
        }
        return StartUnderWay { [self] in state.withLock { $0.starts -= 1 } }
    }

    /// From now on nothing is started; waits for what is just being started, `limit` at most.
    package func refuseStarts(within limit: Duration) {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        state.withLock { $0.isEnding = true }
        while clock.now < deadline, state.withLock({ $0.starts > 0 }) { MonotonicClock().sleep(1_000_000) }
    }

    /// A worker that was started, or another process that leads a group of its own; `mark` is what its processes have in
    /// their environment.
    ///
    /// - Throws: `CancellationError` when an end was asked for; its group is ended then.
    package func begin(worker: Int32, mark: String? = nil) throws {
        let isTooLate = state.withLock { state in
            if !state.isEnding { state.workers.append(worker) }
            return state.isEnding
        }
        guard isTooLate else { return }
        Processes.endGroup(of: worker, atOnce: true)
        if let mark { RunMark.end(mark) }
        throw CancellationError()
    }

    /// A worker that has ended.
    package func finish(worker: Int32) {
        state.withLock { state in state.workers.removeAll { $0 == worker } }
    }

    /// Another kbench, the only one that runs now, which tidies up itself when it is asked to end.
    package func begin(program: Int32) { state.withLock { $0.program = program } }

    /// A cluster on which things will be made.
    package func begin(_ cluster: ClusterLeftovers) { state.withLock { $0.clusters.append(cluster) } }

    /// A cluster on which nothing is made any more.
    package func finish(_ cluster: ClusterLeftovers) {
        state.withLock { state in state.clusters.removeAll { $0 === cluster } }
    }

    /// A consumer group that is about to commit offsets to the cluster at `bootstrap`; an embedded one needs no tidying.
    package func note(group: String, at bootstrap: String) {
        state.withLock { $0.clusters.last { $0.bootstrap == bootstrap } }?.note(group: group)
    }

    /// A topic that a worker is about to make.
    package func note(topic: String, at bootstrap: String) {
        try? state.withLock { $0.clusters.last { $0.bootstrap == bootstrap } }?.make(topic) {}
    }

    /// Something else that has to be removed; `remove` may block.
    package func note(_ name: String, _ remove: @escaping @Sendable () throws -> Void) {
        state.withLock { $0.others.append((name, remove)) }
    }

    /// Removes what was noted under a name.
    ///
    /// - Throws: what its removal throws; it stays noted then.
    package func remove(_ name: String) throws {
        let found = state.withLock { state in state.others.filter { $0.name == name } }
        for other in found { try other.remove() }
        state.withLock { state in state.others.removeAll { $0.name == name } }
    }

    // MARK: The end

    /// Ends the workers, removes topics and groups, then the folders, each as far as it can be done in time. Nothing new is
    /// begun from now on.
    ///
    /// - Returns: what is left, in words.
    public func tidy(within limit: Duration) -> [String] {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        refuseStarts(within: limit / 4)
        let (workers, program, clusters, others, folders) = state.withLock { state in
            (state.workers, state.program, state.clusters, state.others, state.folders)
        }
        for worker in workers { Processes.endGroup(of: worker, atOnce: true) }
        // One that has ended may have left its number to somebody else's process.
        let programs = Processes.descendants(of: Processes.processID).filter { $0 == program }
        for program in programs { Processes.end(program, atOnce: false) }
        endOthers(sparing: programs)
        RunMark.endOwn()
        for other in others { try? BlockingThread.start { [self] in try? remove(other.name) } }
        var left = clusters.flatMap { $0.remove(within: deadline - clock.now) }
        while clock.now < deadline, state.withLock({ !$0.others.isEmpty }) { MonotonicClock().sleep(5_000_000) }
        left += state.withLock { $0.others.map(\.name) }
        while clock.now < deadline, programs.contains(where: Processes.isRunning) { MonotonicClock().sleep(5_000_000) }
        endOthers(sparing: [])
        RunMark.endOwn()
        for folder in folders {
            // Whoever was writing just now may have made a file behind the back of the removal.
            for _ in 0..<3 { try? FileSystem.removeTree(folder) }
            if PosixDisk().exists(folder) { left.append("folder \(folder)") }
        }
        for folder in state.withLock({ $0.emptyFolders }) { FileSystem.removeIfEmpty(folder) }
        return left
    }

    /// What there is now, in words.
    public var names: [String] {
        state.withLock { state in
            state.workers.filter(Processes.isRunning).map { "worker \($0)" }
                + state.clusters.flatMap { $0.names } + state.others.map(\.name)
                + state.folders.filter { PosixDisk().exists($0) }.map { "folder \($0)" }
        }
    }

    /// Names as part of a line, the first few of many.
    public static func list(_ names: [String]) -> String {
        let shown = 6
        return names.prefix(shown).joined(separator: ", ")
            + (names.count > shown ? " and \(names.count - shown) more" : "")
    }

    /// Ends at once whatever this process has started and they have started, without `programs` and theirs.
    private func endOthers(sparing programs: [Int32]) {
        let spared = programs.flatMap { [$0] + Processes.descendants(of: $0) }
        for process in Processes.descendants(of: Processes.processID) where !spared.contains(process) {
            Processes.end(process, atOnce: true)
        }
    }
}

/// A process that is just being started.
package final class StartUnderWay: Sendable {
    private let end: Mutex<(@Sendable () -> Void)?>

    fileprivate init(end: @escaping @Sendable () -> Void) { self.end = Mutex(end) }

    /// It is among the workers now, or did not come about; what is told again says nothing.
    package func isOver() {
        let end = end.withLock { end in
            defer { end = nil }
            return end
        }
        end?()
    }
}

/// The topics and consumer groups of this process on one external cluster.
package final class ClusterLeftovers: Sendable {
    private struct State {
        var topics: [String] = []
        /// Those of the topics that are just being made, and may appear after they were looked for.
        var beingMade: Set<String> = []
        var groups: [String] = []
    }

    private let configuration: KafkaConfiguration
    private let state = Mutex(State())

    package init(_ configuration: KafkaConfiguration) { self.configuration = configuration }

    /// The cluster's address.
    package var bootstrap: String { configuration.bootstrap }

    /// What there is now, in words.
    package var names: [String] {
        let (topics, groups) = state.withLock { ($0.topics, $0.groups) }
        return (topics.map { "topic \($0)" } + groups.map { "consumer group \($0)" }).map { "\($0) on \(bootstrap)" }
    }

    package func note(group: String) { state.withLock { if !$0.groups.contains(group) { $0.groups.append(group) } } }

    /// Makes a topic, which is noted first: one that is there although its making failed has to go too.
    package func make(_ topic: String, _ body: () throws -> Void) throws {
        state.withLock { state in
            if !state.topics.contains(topic) { state.topics.append(topic) }
            state.beingMade.insert(topic)
        }
        defer { _ = state.withLock { $0.beingMade.remove(topic) } }
        try body()
    }

    /// Removes topics and groups, trying again for as long as that can help and `limit` allows.
    ///
    /// - Returns: what is left, in words.
    package func remove(within limit: Duration) -> [String] {
        guard !names.isEmpty, limit > .zero else { return names }
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        let isOver = SharedFlag()
        // A thread of its own, since the library may take longer than was allowed to let go of a cluster that is gone.
        try? BlockingThread.start { [self] in
            try? removeAll(until: deadline)
            isOver.set()
        }
        while !isOver.isSet, clock.now < deadline, !names.isEmpty { MonotonicClock().sleep(2_000_000) }
        return names
    }

    private func removeAll(until deadline: ContinuousClock.Instant) throws {
        let clock = ContinuousClock()
        var configuration = configuration
        configuration.connectTimeout = min(configuration.connectTimeout, deadline - clock.now)
        configuration.refusedTimeout = min(configuration.refusedTimeout, .seconds(1))
        configuration.requestTimeout = min(configuration.requestTimeout, deadline - clock.now, .seconds(5))
        let cluster = try KafkaCluster(configuration)
        defer { cluster.close() }
        while clock.now < deadline {
            let (topics, beingMade, groups) = state.withLock { ($0.topics, $0.beingMade, $0.groups) }
            if topics.isEmpty, groups.isEmpty { return }
            let topicErrors: [String: BrokerError]
            let groupErrors: [String: BrokerError]
            do {
                topicErrors = try cluster.deleteTopics(topics)
                groupErrors = try cluster.deleteGroups(groups)
            } catch let error as BrokerError where error.code == .unreachable || error.code == .timedOut {
                MonotonicClock().sleep(100_000_000)
                continue
            }
            state.withLock { state in
                state.topics.removeAll { topic in
                    guard let error = topicErrors[topic] else { return topics.contains(topic) }
                    return error.code == .unknownTopic && !beingMade.contains(topic)
                }
                state.groups.removeAll { group in
                    guard let error = groupErrors[group] else { return groups.contains(group) }
                    return error.code == .unknownGroup
                }
            }
            if (Array(topicErrors.values) + groupErrors.values).contains(where: ClusterLeftovers.isFinal) { return }
            MonotonicClock().sleep(50_000_000)
        }
    }

    /// Whether a broker that refused a removal will do so again.
    private static func isFinal(_ error: BrokerError) -> Bool {
        let names = ["_UNSUPPORTED_FEATURE", "UNSUPPORTED_VERSION", "TOPIC_DELETION_DISABLED"]
        return error.code == .notAllowed || names.contains(error.cause?.name ?? "")
    }
}
