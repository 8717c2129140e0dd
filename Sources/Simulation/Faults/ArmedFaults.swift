// The faults of one life at work: counts what the disk and the broker do, and strikes when a fault's turn comes.
internal import World

/// Hangs in the disk and the broker for as long as a life lasts.
final class ArmedFaults {
    private let faults: [Fault]
    private let clock: SimulatedClock
    /// The folder whose files may rot, and those below it whose files may not.
    private let state: String
    private let spared: [String]
    /// The first offset of a partition that some restart may want.
    private let firstWanted: (Partition) -> Offset
    private var operations = 0
    private var syncs = 0
    private var fetches = 0
    private var commits = 0
    /// Those that have struck, in the order they did.
    private(set) var struck: [Fault] = []

    init(
        _ faults: [Fault], clock: SimulatedClock, state: String, sparing spared: [String],
        firstWanted: @escaping (Partition) -> Offset
    ) {
        self.faults = faults
        self.clock = clock
        self.state = state
        self.spared = spared
        self.firstWanted = firstWanted
    }

    /// The bytes that may still be written; nil: no limit.
    var freeBytes: Int? { faults.compactMap { if case .diskFull(let bytes) = $0 { bytes } else { nil } }.min() }

    /// The disk had no room for a write.
    func diskWasFull() {
        if let free = freeBytes { struck.append(.diskFull(afterBytes: free)) }
    }

    /// A disk operation begins.
    func operationBegins(on disk: SimulatedDisk) {
        operations += 1
        for fault in faults {
            guard case .bitRot(operations, let seed) = fault else { continue }
            let hit = disk.rot(seed: seed) { path in
                path.hasPrefix(state + "/") && !spared.contains { path.hasPrefix($0 + "/") }
            }
            if hit { struck.append(fault) }
        }
    }

    /// A sync begins. Returns whether it fails.
    func syncBegins() -> Bool {
        syncs += 1
        var fails = false
        for fault in faults {
            switch fault {
            case .syncFails(syncs): fails = true
            case .syncIsSlow(syncs, let milliseconds): pass(milliseconds)
            default: continue
            }
            struck.append(fault)
        }
        return fails
    }

    /// A fetch of `partition` begins. Returns whether it brings anything.
    ///
    /// - Throws: ``BrokerError`` when the fetch fails.
    func fetchBegins(_ partition: Partition, _ broker: SimulatedBroker) throws -> Bool {
        fetches += 1
        var isAnswered = true
        var fails = false
        for fault in faults {
            switch fault {
            case .fetchFails(fetches): fails = true
            case .fetchTimesOut(fetches): isAnswered = false
            case .fetchIsSlow(fetches, let milliseconds): pass(milliseconds)
            case .retention(fetches): broker.evict(below: firstWanted(partition), of: partition)
            case .retentionAhead(fetches): broker.evict(below: broker.ends[Int(partition)], of: partition)
            case .election(fetches): broker.elect(partition)
            case .uncleanElection(fetches, let records): broker.elect(partition, losing: records)
            default: continue
            }
            struck.append(fault)
        }
        if fails {
            throw BrokerError(.unreachable, "no broker answers the fetch", location: "\(broker.topic)/\(partition)")
        }
        return isAnswered
    }

    /// A commit of offsets begins. Returns whether its answer is lost.
    ///
    /// - Throws: ``BrokerError`` when the commit is not applied.
    func commitBegins(_ broker: SimulatedBroker) throws -> Bool {
        commits += 1
        var isAnswerLost = false
        var fails = false
        for fault in faults {
            switch fault {
            case .commitFails(commits): fails = true
            case .commitAnswerIsLost(commits): isAnswerLost = true
            case .rebalance(commits):
                guard broker.members.hasMembers else { continue }
                broker.expelMember(at: 0)
            default: continue
            }
            struck.append(fault)
        }
        if fails { throw BrokerError(.timedOut, "the commit of offsets had no answer", location: broker.topic) }
        return isAnswerLost
    }

    private func pass(_ milliseconds: Int) { clock.sleep(UInt64(clamping: milliseconds) * 1_000_000) }
}
