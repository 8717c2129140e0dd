// Puts records of a partition together to batches, for blocks that keep them as they came.
internal import KafkaWire
internal import World

extension PartitionLog {
    /// The offsets of one batch, beginning at each multiple of it: few, so that small loads have many, and blocks end in
    /// the midst of some.
    private static let offsetsOfBatch: Offset = 16

    /// Adds the batches in which the `wanted` offsets lie, each whole, with those of its offsets that are wanted.
    func append(batchesWith wanted: [Offset], of partition: Partition, to block: Block) {
        var rest = wanted[...]
        while let first = rest.first {
            let base = first / PartitionLog.offsetsOfBatch * PartitionLog.offsetsOfBatch
            let meant = rest.prefix { $0 < base + PartitionLog.offsetsOfBatch }
            rest = rest.dropFirst(meant.count)
            var stretches: [Range<Offset>] = []
            for offset in meant {
                if let last = stretches.last, last.upperBound == offset {
                    stretches[stretches.count - 1] = last.lowerBound..<offset + 1
                } else {
                    stretches.append(offset..<offset + 1)
                }
            }
            let bytes = batch(from: base)
            bytes.withUnsafeBytes {
                block.append(
                    batch: $0, of: partition, stretches,
                    ingested: bytes.count * meant.count / Int(PartitionLog.offsetsOfBatch))
            }
        }
    }

    private func batch(from base: Offset) -> [UInt8] {
        do {
            var builder = BatchBuilder(baseOffset: base)
            var index = firstIndex(from: base)
            while index < records.count, records[index].offset < base + PartitionLog.offsetsOfBatch {
                let record = records[index]
                index += 1
                if record.isAborted { continue }
                try builder.append(offset: record.offset, timestamp: 0, key: record.key, value: record.value)
            }
            return try builder.finished()
        } catch {
            // Our own bug: a handful of records within sixteen offsets.
            preconditionFailure("a batch that cannot be: \(error)")
        }
    }
}
