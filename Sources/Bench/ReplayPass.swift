// How fast the same records come back: from the write-ahead log, and from the broker.
internal import Engine
internal import Evidence
internal import Harness
internal import Kafka
internal import Posix
internal import World
internal import WriteAheadLog

/// One pass over records that are verified one by one, as a recovery has them.
struct ReplayPass: Sendable {
    /// Records that are sound.
    var records = 0
    /// Their key and value bytes.
    var bytes = 0
    var seconds = 0.0

    var bytesPerSecond: Double { seconds > 0 ? Double(bytes) / seconds : 0 }

    /// Reads every block of the log of the engine's state in `directory`, verifying frames and records. Batches as they
    /// came are opened, as they would be to come out.
    ///
    /// - Throws: `LogError`, or `BlockFormatError`.
    static func log(ofState directory: String) throws -> ReplayPass {
        let opener = ClientKind.makeOpener()
        let batch = RecordBatch()
        return try timed { pass in
            try WriteAheadLog.inspect(disk: PosixDisk(), directory: "\(directory)/wal/blocks") { _, _, payload in
                let block = try Block(copying: payload)
                guard block.encoding == .batches else { return pass.take(block) }
                try block.forEachBatch { try opener.lend($0, into: batch) { pass.take(batch) } }
            }
        }
    }

    /// Reads the records of a topic again, partition by partition, from opening the reader on.
    ///
    /// - Throws: `BrokerError`.
    static func broker(
        _ configuration: KafkaConfiguration, topic: String, truth: GroundTruth, client: ClientKind
    ) throws -> ReplayPass {
        let (broker, close) = try client.open(configuration, topic: topic)
        defer { close() }
        let batch = RecordBatch()
        return try timed { pass in
            let reader = try broker.openReader(at: truth.starts.enumerated().map { (Partition($0), $1) })
            defer { reader.close() }
            let block = Block(capacity: 4 << 20)
            for (partition, end) in truth.ends.enumerated() {
                while reader.position(of: Partition(partition)) < end {
                    if broker.keepsBatches {
                        _ = try reader.lend(
                            Partition(partition), until: end, limit: RecordBatch.capacity, into: batch,
                            timeout: .seconds(10))
                        pass.take(batch)
                        continue
                    }
                    block.removeAll()
                    _ = try reader.fetch(
                        Partition(partition), until: end, limit: Scenario.usualChunkRecords, into: block,
                        timeout: .seconds(10))
                    pass.take(block)
                }
            }
        }
    }

    private static func timed(_ body: (inout ReplayPass) throws -> Void) rethrows -> ReplayPass {
        var pass = ReplayPass()
        let clock = MonotonicClock()
        let begin = clock.now()
        try body(&pass)
        pass.seconds = Double(clock.now() - begin) / 1e9
        return pass
    }

    private mutating func take(_ batch: RecordBatch) {
        for record in batch.contents where record.value.flatMap({ RecordFormat.read($0) }) != nil { records += 1 }
        bytes += batch.payloadByteCount
    }

    private mutating func take(_ block: Block) {
        var sound = 0
        block.forEachRecord { _, _, _, value in if value.flatMap({ RecordFormat.read($0) }) != nil { sound += 1 } }
        records += sound
        bytes += block.payloadByteCount
    }
}
