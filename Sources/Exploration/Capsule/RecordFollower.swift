// Follows a record: through the events of each life, and through what every continuation would make of it.
internal import Engine
internal import Evidence
internal import Simulation
internal import World

/// Runs a schedule with its events recorded, and at each crash point asks the two worst continuations.
struct RecordFollower {
    /// A crash point of a life: how many events lay before it, and whether the record is past saving there.
    private struct Probe {
        let life: Int
        let events: Int
        let isHopeless: Bool
    }

    private let schedule: Schedule
    private let partition: Partition
    private let offset: Offset
    private let number: Int
    private let arrivedIn: Int

    init(_ schedule: Schedule, _ partition: Partition, _ offset: Offset) throws {
        self.schedule = schedule
        self.partition = partition
        self.offset = offset
        var number: Int?
        var arrivedIn = 0
        _ = schedule.run(lifeEnded: { life, run in
            guard number == nil else { return }
            number = run.places.firstIndex { $0.partition == partition && $0.offset == offset }
            arrivedIn = life
        })
        guard let number else {
            throw ExplorationError(
                .noRecord, "no record of the schedule lies there", location: "simulated/\(partition)@\(offset)")
        }
        self.number = number
        self.arrivedIn = arrivedIn
    }

    func follow() -> RecordLife {
        var events: [[TraceEvent]] = []
        var deliveries = 0
        var isBroken: (Int) -> Bool = { $0 != 1 }
        var probes: [Probe] = []
        _ = schedule.run(lifeEnded: { life, run in
            if life == schedule.lives.count { deliveries = self.deliveries(in: run) }
        })
        if deliveries == 0 { isBroken = { $0 == 0 } } else if deliveries > 1 { isBroken = { $0 > 1 } }
        let uncrashed = (0...schedule.lives.count).map { count in
            var other = schedule
            other.lives = Array(schedule.lives.prefix(count))
            var found = 1
            _ = other.run(lifeEnded: { if $0 == count { found = self.deliveries(in: $1) } })
            return isBroken(found)
        }
        _ = schedule.run(
            visit: { life, run in
                guard deliveries != 1, run.trace.isRecording, uncrashed[life] else {
                    probes.append(Probe(life: life, events: run.trace.events.count, isHopeless: false))
                    return
                }
                probes.append(
                    Probe(
                        life: life, events: run.trace.events.count,
                        isHopeless: [nil, PowerLoss.allLost].allSatisfy { isBroken(self.afterCrash(of: run, $0)) }))
            },
            lifeEnded: { _, run in events.append(run.trace.events) }, isRecording: true)
        let hopeless = probes.firstIndex(where: \.isHopeless)
        return RecordLife(
            partition: partition, offset: offset, deliveries: deliveries,
            moments: moments(
                of: events, hopeless: hopeless.map { probes[$0] },
                isFirst: hopeless.map { place in
                    place == 0 || probes[place - 1].life != probes[place].life
                } ?? false))
    }

    private func deliveries(in run: SimulatedRun) -> Int {
        let all = run.deliveries()
        return number < all.count ? all[number] : 1
    }

    /// Rows of the record when the process dies here, or the power fails, and the next life is left alone.
    private func afterCrash(of run: SimulatedRun, _ loss: PowerLoss?) -> Int {
        let world = run.fork()
        if let loss { world.disk.losePower(loss) }
        _ = world.live(until: nil)
        return deliveries(in: world)
    }

    /// The events that concern the record, in words. It is past saving from `hopeless` on; where that is the first point of
    /// a life, it is the end of the life before that did it.
    private func moments(of lives: [[TraceEvent]], hopeless: Probe?, isFirst: Bool) -> [RecordLife.Moment] {
        var moments = [RecordLife.Moment(0, .broker, "produced as simulated/\(partition)@\(offset)")]
        var isMarked = hopeless == nil
        for (life, events) in lives.enumerated() {
            var holders: Set<String> = []
            for (place, event) in events.enumerated() {
                let isPast = hopeless.map { $0.life == life && !isFirst && place + 1 >= $0.events } ?? false
                if var moment = moment(event, life: life + 1, &holders) {
                    if !isMarked, isPast {
                        moment.isPointOfNoReturn = true
                        isMarked = true
                    }
                    moments.append(moment)
                } else if !isMarked, isPast, case .point(let point, _) = event {
                    moments.append(.init(life + 1, .engine, "passes \(point)"))
                    moments[moments.count - 1].isPointOfNoReturn = true
                    isMarked = true
                }
            }
            guard life < schedule.lives.count else { break }
            let end = schedule.lives[life]
            var moment = RecordLife.Moment(
                life + 1, .world,
                (end.powerLoss.map { "the power fails (\($0))" } ?? "the process dies")
                    + (end.crash.map { " at \($0)" } ?? "") + (end.faults.isEmpty ? "" : ", \(end.faults)"))
            if !isMarked, isFirst, hopeless?.life == life + 1 {
                moment.isPointOfNoReturn = true
                isMarked = true
            }
            moments.append(moment)
        }
        return moments
    }

    private func moment(_ event: TraceEvent, life: Int, _ holders: inout Set<String>) -> RecordLife.Moment? {
        switch event {
        case .fetch(partition, let from, let count) where from <= offset && offset < from + Int64(count):
            return .init(life, .broker, "fetched with \(count) records from \(partition)@\(from) on")
        case .write(let path, let at, let bytes) where holdsRecord(bytes, path: path):
            holders.insert(path)
            return .init(
                life, path.isSink ? .sink : .log, "written to \(path), \(bytes.count) bytes at \(at)")
        case .sync(let path) where holders.remove(path) != nil:
            return .init(life, path.isSink ? .sink : .log, "\(path) is synced")
        case .commit(_, partition, let next) where next > offset:
            return .init(life, .state, "offset \(next) of partition \(partition) is committed")
        case .transaction(let path, _, let bytes) where holdsRow(bytes):
            return .init(life, .sink, "its transaction is committed in \(path)")
        default: return nil
        }
    }

    private func holdsRecord(_ bytes: [UInt8], path: String) -> Bool {
        if path.isSink { return holdsRow(bytes) }
        guard path.contains("/wal/blocks/") else { return false }
        // A block holds the values as they were produced, which begin with their identity.
        var value = [UInt8](repeating: 0, count: RecordFormat.minimumLength)
        value.withUnsafeMutableBytes {
            RecordFormat.write(.init(producer: 0, sequence: UInt64(number)), seed: schedule.seed, into: $0)
        }
        return !bytes.ranges(of: value.prefix(16)).isEmpty
    }

    private func holdsRow(_ bytes: [UInt8]) -> Bool {
        stride(from: 0, to: bytes.count - SinkEntry.byteCount + 1, by: SinkEntry.byteCount).contains { start in
            bytes[start..<start + 8].enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * $1.offset) }
                == UInt64(number)
        }
    }
}

extension String {
    fileprivate var isSink: Bool { contains("/sink/") }
}
