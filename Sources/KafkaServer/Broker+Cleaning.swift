// What topics' rules make of their logs as time passes: retention and compaction, looked at again and again.
internal import BrokerCore
internal import KafkaWire
internal import Posix

extension Broker {
    /// Cleans all logs, now and whenever the time between two looks is over.
    func keepCleaning() {
        spareMemory.removeIdle()
        clean()
        _ = schedule(at: now + max(1, settings.cleaningInterval)) { [unowned self] in keepCleaning() }
    }

    /// Gives up what is too old or too much, and what newer records of its key replace.
    func clean() {
        let time = WallClock.now()
        // By the standard all is kept.
        for topic in topics.all where !topic.rules.given.isEmpty {
            for (index, log) in topic.partitions.enumerated() {
                if log.retain(topic.rules, at: time) {
                    // Should it not be written down, the segments are gone all the same.
                    _ = isNoted([.log(LogEntry(topic.id, index, log))])
                    // Who waits behind learns where the log begins now.
                    wake([TopicPartition(topic: topic.name, partition: Int32(index))])
                }
                guard log.isDirty(topic.rules, at: time) else { continue }
                // What cannot be read stays as it is, for whoever reads it to find; what cannot be written, until it can.
                _ = try? log.compact(topic.rules, at: time, unpacker)
            }
        }
    }
}
