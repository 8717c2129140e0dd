// Several engines in one group, stepped by turns on one simulated broker.
@testable import Ingestion
@testable import Judgement
import Simulation
import World

@testable import Engine

/// The members of a group, each with a folder and counters of its own.
final class SimulatedMembers {
    static let membership = EngineConfiguration.Membership.group(
        sessionTimeoutMilliseconds: 6000, heartbeatMilliseconds: 1000)

    private let load: SimulatedRun
    private let clock = SimulatedClock()
    private var folders: [String] = []
    private var engines: [IngestionEngine?] = []
    private var storages: [UnsafeMutableRawPointer] = []
    private var commits = 0
    /// Called just before the first member commits, with how often it has.
    var whenCommitting: (Int) -> Void = { _ in }

    init(strategy: Strategy, shape: LoadShape) {
        load = SimulatedRun(strategy: strategy, sink: .append, shape: shape)
        load.configuration.membership = SimulatedMembers.membership
    }

    deinit { for storage in storages { storage.deallocate() } }

    /// Starts a member. One that starts in the place of one that left goes on in its folder.
    func join() throws {
        let place = engines.firstIndex { $0 == nil } ?? engines.count
        if place == engines.count {
            folders.append("/member-\(place)")
            engines.append(nil)
            let storage = UnsafeMutableRawPointer.allocate(byteCount: EngineCounters.byteCount, alignment: 4096)
            storage.initializeMemory(as: UInt8.self, repeating: 0, count: EngineCounters.byteCount)
            storages.append(storage)
        }
        var configuration = load.configuration
        configuration.directory = folders[place]
        let crash = CrashSwitch(observing: { [unowned self] point, _ in
            guard place == 0, point == CrashPoint(.receiverOffsetsCommit, .before) else { return }
            commits += 1
            whenCommitting(commits)
        })
        let seams = Seams(broker: load.broker, disk: load.disk, clock: clock, crash: crash)
        engines[place] = try IngestionEngine(
            configuration: configuration, seams: seams, counters: EngineCounters(storage: storages[place]))
    }

    /// Ends a member wherever it is, as a process does that leaves its group and goes.
    func leave(_ place: Int) {
        engines[place]?.close()
        engines[place] = nil
    }

    func expel(_ place: Int) { load.broker.expelMember(at: place) }

    /// One step of each.
    func stepAll() throws {
        for engine in engines { if try engine?.step() == false { clock.sleep(1_000_000) } }
    }

    /// Whether each has processed all there is for it.
    var areThrough: Bool { engines.allSatisfy { $0?.isFinished() ?? false } }

    var refusedCommits: Int {
        storages.reduce(0) { $0 + Int(EngineCounters(storage: $1)[.commitsRefused]) }
    }

    func verdict() throws -> Verdict {
        try Verdict(
            of: folders.map { SinkKind.append.deliveries(ofRunIn: $0, disk: load.disk) },
            against: Production(count: load.shape.records),
            readings: Readings(ofRunsIn: folders, disk: load.disk))
    }
}
