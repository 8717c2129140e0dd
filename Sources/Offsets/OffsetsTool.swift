// Moves positions between state folders, consumer groups, files and ZooKeeper: what `kbench offsets` does.
package import Engine
internal import Harness
public import Kafka
internal import Posix
public import Results
internal import World
internal import ZooKeeper

/// Reads positions at one place and writes them at another. Its calls block.
public struct OffsetsTool: Sendable {
    private let brokers: String?
    private let properties: [KafkaProperty]
    private let topic: String?

    /// Makes a tool; `brokers` and `topic` are only needed for places that are not complete without them.
    public init(brokers: String? = nil, properties: [KafkaProperty] = [], topic: String? = nil) {
        self.brokers = brokers
        self.properties = properties
        self.topic = topic
    }

    /// What a place holds. A receiver's state says where it goes on only together with its group's place, `committed`.
    ///
    /// - Throws: what ``Diagnosis`` explains.
    public func show(_ address: OffsetsAddress, committed: OffsetsAddress? = nil) throws -> OffsetsResult {
        switch address {
        case .checkpoint(let directory):
            return try report(SavedState.checkpoint(in: directory, disk: PosixDisk()), at: address, committed)
        case .offsetLog(let directory):
            return try report(SavedState.offsetLog(in: directory, disk: PosixDisk()), at: address, committed)
        case .file, .kafka, .zookeeper:
            let positions = try read(address)
            var report = OffsetsResult(
                address: "\(address)", source: "\(address)", topic: positions.topic, group: positions.group,
                latestBatch: positions.latestBatch)
            report.partitions = positions.offsets.enumerated().map {
                .init(partition: Partition($0), next: $1, safe: $1)
            }
            if positions.offsets.allSatisfy({ $0 == nil }) { report.notes.append("nothing is committed there") }
            return report
        }
    }

    /// The positions from which to go on elsewhere so that nothing is lost, and what they mean.
    ///
    /// - Throws: what ``Diagnosis`` explains; also for a place that has no position.
    public func export(_ address: OffsetsAddress, committed: OffsetsAddress? = nil) throws -> ExportedPositions {
        let (positions, notes) = try positions(of: address, committed: committed)
        return ExportedPositions(positions: positions, address: address, notes: notes)
    }

    /// Writes the positions in the file at `path` to a place, for version `program` of the program where that is a
    /// checkpoint.
    ///
    /// - Returns: what that means, a line each.
    /// - Throws: what ``Diagnosis`` explains; a place that holds positions already is only written if `overwrites`.
    public func `import`(
        _ path: String, to address: OffsetsAddress, program: Int, overwrites: Bool
    ) throws -> [String] {
        let positions = try file(path)
        switch address {
        case .checkpoint(let directory):
            try StateSeed.write(
                positions, as: .checkpoint(program: program), in: directory, overwrites: overwrites, disk: PosixDisk())
            return numbering(positions)
        case .offsetLog(let directory):
            try StateSeed.write(
                positions, as: .offsetLog, in: directory, overwrites: overwrites, disk: PosixDisk())
            return numbering(positions)
        case .file(let target):
            if !overwrites {
                try OffsetsTool.refuse(PosixDisk().exists(target), "\(target): the file is there already")
            }
            var positions = positions
            positions.topic = topic ?? positions.topic
            try positions.write(to: target, disk: PosixDisk())
            return []
        case .kafka(let group):
            let broker = try broker(for: address, topic: topic ?? positions.topic)
            defer { broker.close() }
            try check(positions, on: broker, overwrites: overwrites)
            return try commit(positions, to: broker, group: group, at: address, overwrites: overwrites)
        case .zookeeper(let servers, let group):
            let store = try store(servers, for: address, topic: topic ?? positions.topic)
            defer { store.close() }
            return try commit(positions, to: store, group: group, at: address, overwrites: overwrites)
        }
    }

    /// The positions to go on from, and what they mean.
    package func positions(
        of address: OffsetsAddress, committed: OffsetsAddress? = nil
    ) throws -> (positions: Positions, notes: [String]) {
        var positions: Positions
        var notes: [String] = []
        switch address {
        case .checkpoint(let directory):
            let state = try SavedState.checkpoint(in: directory, disk: PosixDisk())
            try refuseIdle(committed, beside: state, at: address)
            let group = try committed.map { try read($0) }
            if state.isReceiver, committed == nil {
                throw Diagnosis(
                    cause: "\(address): a receiver's state knows its logged blocks; where it goes on reading stands in "
                        + "its group",
                    fix: "name the group's place too: --committed kafka:GROUP, file:PATH or "
                        + "zookeeper:HOST:PORT/GROUP", exitCode: .usage)
            }
            positions = try state.positions(committed: group?.offsets)
            positions.topic = group?.topic
            notes = OffsetsTool.notes(on: state)
        case .offsetLog(let directory):
            let state = try SavedState.offsetLog(in: directory, disk: PosixDisk())
            positions = try state.positions()
            notes = OffsetsTool.notes(on: state)
        case .file, .kafka, .zookeeper:
            positions = try read(address)
            guard positions.offsets.contains(where: { $0 != nil }) else {
                throw Diagnosis(
                    cause: "\(address): nothing is committed there"
                        + (positions.topic.map { " for topic \($0)" } ?? ""),
                    fix: "check the group and the topic", exitCode: .usage)
            }
        }
        positions.topic = topic ?? positions.topic
        return (positions, notes)
    }

    private func report(
        _ state: SavedState, at address: OffsetsAddress, _ committed: OffsetsAddress?
    ) throws -> OffsetsResult {
        var report = OffsetsResult(
            address: "\(address)", source: state.path, program: state.program, latestBatch: state.latestBatch,
            notes: OffsetsTool.notes(on: state))
        report.pending =
            state.pending.flatMap { batch in
                batch.ranges.map { .init(batch: batch.number, partition: $0.partition, from: $0.from, until: $0.until) }
            } + state.waiting.map { .init(batch: nil, partition: $0.partition, from: $0.from, until: $0.until) }
        try refuseIdle(committed, beside: state, at: address)
        let group = try committed.map { try read($0) }
        let next: [Offset?] = state.isReceiver ? group?.offsets ?? [] : state.next
        let isComplete = !state.isReceiver || committed != nil
        let safe = try state.positions(committed: next).offsets
        if !isComplete {
            report.notes.append(
                "where a receiver goes on reading stands in its group: add --committed to see it, and where it is safe "
                    + "to start for partitions without blocks")
        }
        report.topic = topic ?? group?.topic
        report.partitions = (0..<max(next.count, safe.count)).map { index in
            .init(
                partition: Partition(index), next: index < next.count ? next[index] : nil,
                safe: index < safe.count ? safe[index] : nil)
        }
        return report
    }

    /// Only a receiver goes on from a group.
    private func refuseIdle(
        _ committed: OffsetsAddress?, beside state: SavedState, at address: OffsetsAddress
    ) throws {
        guard committed != nil, !state.isReceiver else { return }
        throw Diagnosis(
            cause: "--committed has no effect: \(address) is no receiver's checkpoint", fix: "leave out --committed",
            exitCode: .usage)
    }

    /// What a start elsewhere means for the records of batches that are not complete.
    private static func notes(on state: SavedState) -> [String] {
        var notes: [String] = []
        if state.damagedCheckpoints > 0 {
            notes.append("stepped over \(state.damagedCheckpoints) newer and damaged: the positions are older ones")
        }
        let numbers = state.pending.map { "\($0.number)" }
        if numbers.isEmpty {
            notes.append("every batch is complete: whoever starts at these positions repeats nothing and loses nothing")
        } else {
            notes.append(
                "not complete: \(numbers.count == 1 ? "batch" : "batches") \(numbers.joined(separator: ", ")), so the "
                    + "positions lie at the beginning: nothing is lost, and those of the "
                    + "\(state.recordsOfPendingBatches) records that are in the sink already come out again, except at "
                    + "a sink keyed by offset")
        }
        if !state.waiting.isEmpty {
            let records = state.waiting.reduce(0) { $0 + $1.count }
            notes.append("\(records) records in blocks that no batch has taken are read again, for the first output")
        }
        return notes
    }

    private func numbering(_ positions: Positions) -> [String] {
        guard let latest = positions.latestBatch else {
            return [
                "batches are numbered from 1 again, as no number came with the positions: a sink keyed by batch would "
                    + "take new output for old and drop it"
            ]
        }
        return ["batches go on with number \(latest + 1)"]
    }

    /// The positions at a place that only holds positions.
    private func read(_ address: OffsetsAddress) throws -> Positions {
        switch address {
        case .file(let path): return try file(path)
        case .kafka(let group):
            let broker = try broker(for: address, topic: topic)
            defer { broker.close() }
            let partitions = (0..<Partition(try broker.partitionCount())).map { $0 }
            return Positions(
                topic: topic, group: group, offsets: try broker.committedOffsets(of: partitions, group: group))
        case .zookeeper(let servers, let group):
            let store = try store(servers, for: address, topic: topic)
            defer { store.close() }
            let last = try store.committedPartitions(of: group).last ?? -1
            return Positions(
                topic: topic, group: group,
                offsets: try store.committedOffsets(of: (0..<(last + 1)).map { $0 }, group: group))
        case .checkpoint, .offsetLog:
            throw Diagnosis(
                cause: "\(address) is no place that a group commits to",
                fix: "write kafka:GROUP, file:PATH or zookeeper:HOST:PORT/GROUP", exitCode: .usage)
        }
    }

    private func file(_ path: String) throws -> Positions {
        do {
            let bytes = try PosixDisk().contents(of: path)
            if !bytes.starts(with: "kbench-".utf8), bytes.contains(UInt8(ascii: ",")) {
                return try Positions(csv: bytes, topic: topic, path: path)
            }
            return try Positions(path: path, disk: PosixDisk())
        } catch let error as DiskError {
            throw Diagnosis(
                cause: "\(path): \(error.reason)",
                fix: "name a file that kbench offsets export wrote, a file store's, or one of kafka-consumer-groups",
                exitCode: .usage)
        } catch let error as OffsetStoreError where error.code == .damaged {
            // The file is one that a person named, perhaps changed by hand: neither kbench nor the machine failed.
            throw Diagnosis(
                cause: "\(error)", fix: "restore it, or write it anew with kbench offsets export", exitCode: .usage)
        }
    }

    private func broker(for address: OffsetsAddress, topic: String?) throws -> KafkaBroker {
        guard let brokers else { throw OffsetsTool.missing("--brokers HOST:PORT", for: address) }
        guard let topic else { throw OffsetsTool.missing("--topic NAME", for: address) }
        return try KafkaBroker(KafkaConfiguration(bootstrap: brokers, properties: properties), topic: topic)
    }

    private func store(
        _ servers: String, for address: OffsetsAddress, topic: String?
    ) throws -> ZooKeeperOffsetStore {
        guard let topic else { throw OffsetsTool.missing("--topic NAME", for: address) }
        return try ZooKeeperOffsetStore(ZooKeeperConfiguration(address: servers), topic: topic)
    }

    private func commit(
        _ positions: Positions, to store: any OffsetStore, group: String, at address: OffsetsAddress, overwrites: Bool
    ) throws -> [String] {
        let offsets = positions.offsets.enumerated().compactMap { partition, offset in
            offset.map { (partition: Partition(partition), next: $0) }
        }
        if !overwrites {
            let there = try store.committedOffsets(of: offsets.map(\.partition), group: group)
            try OffsetsTool.refuse(there.contains { $0 != nil }, "\(address): the group has committed offsets already")
        }
        try store.commit(offsets, group: group)
        return ["a group keeps no batch numbers: a state that starts beside it numbers its batches by itself"]
    }

    /// Refuses positions that the topic does not have.
    private func check(_ positions: Positions, on broker: KafkaBroker, overwrites: Bool) throws {
        let count = try broker.partitionCount()
        guard positions.offsets.count <= count else {
            throw Diagnosis(
                cause: "topic \(broker.topic) has \(count) partitions, the positions name partition "
                    + "\(positions.offsets.count - 1)", fix: "name the topic the positions belong to with --topic",
                exitCode: .usage)
        }
        for (partition, offset) in positions.offsets.enumerated() {
            guard let offset, !overwrites else { continue }
            let ends = try broker.watermarks(of: Partition(partition))
            guard offset < ends.low || offset > ends.high else { continue }
            throw Diagnosis(
                cause:
                    "\(broker.topic)/\(partition)@\(offset): the partition holds offsets \(ends.low) to \(ends.high)",
                fix: "name the topic the positions belong to with --topic, or commit them all the same with --force",
                exitCode: .usage)
        }
    }

    static func refuse(_ isThere: Bool, _ cause: String) throws {
        guard isThere else { return }
        throw Diagnosis(cause: cause, fix: "name another place, or overwrite it with --force", exitCode: .usage)
    }

    private static func missing(_ option: String, for address: OffsetsAddress) -> Diagnosis {
        Diagnosis(cause: "\(address) is not complete without \(option)", fix: "add \(option)", exitCode: .usage)
    }
}
