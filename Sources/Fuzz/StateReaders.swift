// The readers of what an engine left on its disk: positions, checkpoints, offset logs, write-ahead logs, blocks.
internal import Compression
internal import Engine
internal import Ingestion
internal import Judgement
internal import KafkaWire
internal import Simulation
internal import World
internal import WriteAheadLog

/// A simulated run that died, whose files are changed before it is looked at and lives again.
private final class DeadRun {
    let run: SimulatedRun
    /// The files that are changed, by path.
    let paths: [String]

    /// A run that dies at `crash`; of its files those are changed whose path has one of `parts`.
    init(
        _ strategy: Strategy, _ fidelity: Fidelity = .sound, crash: ArmedCrash, parts: [String],
        keepsBatches: Bool = false
    ) {
        let shape = LoadShape(
            records: 60, partitions: 2, blockRecords: 5, batchRecords: 15, groupCommitBlocks: 2, checkpointLagTasks: 1,
            autoCommitBlocks: 2, chunkRecords: 4)
        run = SimulatedRun(strategy: strategy, sink: .append, shape: shape, fidelity: fidelity, walSegmentBytes: 700)
        run.broker.keepsBatches = keepsBatches
        // It dies of the crash, which its schedule has; were it not to, its files are as good to change.
        _ = try? run.live(crash: crash)
        paths = run.disk.paths.filter { path in parts.contains { path.contains($0) } }
    }

    var corpus: [[UInt8]] { paths.map { run.disk.bytes(of: $0) ?? [] } }

    /// The run with one file changed.
    func changed(_ origin: Int, to bytes: [UInt8]) -> SimulatedRun {
        let fork = run.fork()
        fork.disk.setBytes(bytes, of: paths[origin])
        return fork
    }

    /// Reads what was changed, or lives again with it: once for every few inputs, because that takes longer.
    func read(_ changed: SimulatedRun, _ number: Int, _ read: () throws -> Void) throws {
        guard number % 16 == 0 else { return try read() }
        try changed.live()
        _ = try changed.verdict()
    }
}

/// What `kbench offsets` does with a state.
private func look(at state: SavedState, committed: [Offset?]) throws {
    _ = state.recordsOfPendingBatches
    let positions = try state.positions(committed: committed)
    _ = positions.text
}

extension Reader {
    static func positions() -> Reader {
        let samples = [
            Positions(topic: "orders", group: "billing", latestBatch: 7, offsets: [0, 1_750, nil, 12]),
            Positions(offsets: [5, 6]),
        ]
        return Reader(
            "positions", isNamedByPerson: true, corpus: samples.map { Array($0.text.utf8) },
            words: ["next 3 4\n", "next 999999 1\n", "latest ", "topic \n", "next 1000000 1\n"], repair: Repair.lines
        ) { bytes, _, _ in
            let disk = SimulatedDisk()
            disk.setBytes(bytes, of: "positions")
            let positions = try Positions(path: "positions", disk: disk)
            _ = positions.text
            for kind in [StateSeed.Kind.checkpoint(program: 1), .offsetLog] where !positions.offsets.contains(nil) {
                try StateSeed.write(positions, as: kind, in: "/state", overwrites: true, disk: disk)
            }
        }
    }

    static func checkpoint() -> Reader {
        let dead = DeadRun(.direct, crash: ArmedCrash(CrashPoint(.taskRead, .before), at: 7), parts: ["/checkpoints/"])
        return Reader(
            "checkpoint", isNamedByPerson: false, corpus: dead.corpus,
            words: ["pending 1\n", "range 1 0 5 9\n", "next 2 7\n", "latest 4611686018427387903\n"],
            repair: Repair.lines
        ) { bytes, origin, number in
            let changed = dead.changed(origin, to: bytes)
            // The others would be read in its place.
            for path in dead.paths where path != dead.paths[origin] { try changed.disk.remove(path) }
            try dead.read(changed, number) {
                try look(
                    at: SavedState.checkpoint(in: changed.configuration.directory, disk: changed.disk),
                    committed: [1, 2])
            }
        }
    }

    static func offsetLog() -> Reader {
        let dead = DeadRun(
            .directLogFirst, crash: ArmedCrash(CrashPoint(.taskRead, .before), at: 7), parts: ["/offset-log/"])
        return Reader(
            "offset-log", isNamedByPerson: false, corpus: dead.corpus,
            words: ["batch 3\n", "range 1 5 9\n", "next 2 7\n", "driver x\n"], repair: Repair.lines
        ) { bytes, origin, number in
            let changed = dead.changed(origin, to: bytes)
            try dead.read(changed, number) {
                try look(
                    at: SavedState.offsetLog(in: changed.configuration.directory, disk: changed.disk),
                    committed: [1, 2])
            }
        }
    }

    /// `keepsBatches`: of blocks that are batches as they came.
    static func log(_ framing: WriteAheadLog.Framing, keepsBatches: Bool = false) -> Reader {
        let dead = DeadRun(
            .receiverWal, framing == .plain ? Fidelity([.writesPlainFrames]) : .sound,
            crash: ArmedCrash(CrashPoint(.batchSubmit, .before), at: 3), parts: ["/wal/"],
            keepsBatches: keepsBatches)
        // Plain frames have nothing that could be made right.
        let isPlain = framing == .plain
        return Reader(
            (isPlain ? "wal-plain" : "wal") + (keepsBatches ? "-batches" : ""), isNamedByPerson: false,
            corpus: dead.corpus,
            repair: { isPlain ? $0 : Repair.segment($0) }
        ) { bytes, origin, number in
            let changed = dead.changed(origin, to: bytes)
            let path = dead.paths[origin]
            try dead.read(changed, number) {
                try readLog(in: String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]), of: changed, framing)
            }
        }
    }

    /// Once whole and changing nothing, once as a start does, which cuts off what is torn.
    private static func readLog(
        in folder: String, of changed: SimulatedRun, _ framing: WriteAheadLog.Framing
    ) throws {
        do {
            try WriteAheadLog.inspect(disk: changed.disk, directory: folder) { _, _, payload in
                if folder.hasSuffix("blocks") { try walk(payload) }
            }
        } catch let error as BlockFormatError {
            // Whoever reads a block explains it; only the walk itself is wanted here.
            precondition(error.byteOffset >= 0, "\(error)")
        }
        try look(at: SavedState.checkpoint(in: changed.configuration.directory, disk: changed.disk), committed: [1, 2])
        let opened = changed.fork()
        var frames = 0
        _ = try WriteAheadLog.open(
            disk: opened.disk, directory: folder, options: WriteAheadLog.Options(framing: framing),
            scan: .allFrames { _, _, _ in frames += 1 })
    }

    static func block() -> Reader {
        let blocks = (1...3).map { count in
            let block = Block()
            for index in 0..<4 * count {
                let (key, value) = ([UInt8](repeating: 1, count: index % 3), [UInt8](repeating: 2, count: index * 7))
                key.withUnsafeBytes { key in
                    value.withUnsafeBytes { value in
                        block.append(
                            partition: Partition(index % count), offset: Offset(index / count * 2),
                            key: index % 2 == 0 ? key : nil, value: index % 5 == 4 ? nil : value)
                    }
                }
            }
            return block.withBytes { Array($0) }
        }
        return Reader("block", isNamedByPerson: false, corpus: blocks + [batches()]) { bytes, _, _ in
            do {
                try bytes.withUnsafeBytes { try walk($0) }
            } catch let error as BlockFormatError {
                throw EngineError(.damagedBlock, "\(error)", location: "a block")
            }
        }
    }

    /// The bytes of a block that keeps batches as they came, one of them with gaps.
    private static func batches() -> [UInt8] {
        let block = Block(encoding: .batches)
        for codec in [Codec.none, .zstd] {
            var builder = BatchBuilder(baseOffset: 40, codec)
            for offset: Int64 in [40, 41, 44, 45, 46] {
                let value = [UInt8](repeating: 3, count: Int(offset))
                guard (try? builder.append(offset: offset, timestamp: 1, key: [1], value: value)) != nil else {
                    // Our own bug: five small records within their batch.
                    preconditionFailure("a record that no batch takes")
                }
            }
            (try? builder.finished())?.withUnsafeBytes {
                block.append(batch: $0, of: 2, [41..<42, 44..<47], ingested: $0.count)
            }
        }
        return block.withBytes { Array($0) }
    }

    /// A block's bytes, checked and then gone through as every reader does.
    private static func walk(_ bytes: UnsafeRawBufferPointer) throws {
        let block = try Block(copying: bytes)
        _ = block.offsetRanges.reduce(0) { $0 + $1.count }
        guard block.encoding == .runs else {
            let (opener, opened) = (RecordOpener(), Block())
            try block.forEachBatch { try opener.open($0, into: opened) }
            precondition(opened.recordCount == block.recordCount, "batches of another number of records than they say")
            return
        }
        var records = 0
        block.forEachRecord { _, _, _, _ in records += 1 }
        // Our own bug: both have counted the same records.
        precondition(records == block.recordCount, "a block of \(block.recordCount) records has \(records)")
    }

    /// All of them.
    static let all: [(name: String, make: @Sendable () -> Reader)] = [
        ("scenario", scenario), ("capsule", capsule), ("capsule-file", capsuleFile), ("bench", bench),
        ("policy", policy), ("comparison", comparison), ("history", history), ("properties", properties),
        ("positions", positions), ("checkpoint", checkpoint), ("offset-log", offsetLog),
        ("wal", { log(.checked) }), ("wal-plain", { log(.plain) }),
        ("wal-batches", { log(.checked, keepsBatches: true) }),
        ("wal-plain-batches", { log(.plain, keepsBatches: true) }), ("block", block),
        ("wire-stream", wireStream), ("wire-request", wireRequest), ("wire-response", wireResponse),
        ("record-batch", recordBatch), ("proxy-request", proxyRequest), ("proxy-response", proxyResponse),
        ("trigger", trigger), ("script", script), ("order", order), ("pipeline", pipeline), ("point", point),
    ]
}
