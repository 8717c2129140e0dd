// What the native client's receiver logs of a real topic: as many bytes as the topic has, and no aborted record.
import Engine
import Evidence
import Foundation
import Harness
import Ingestion
import Judgement
import Kafka
import KafkaServer
import Posix
import Testing
import World
import WriteAheadLog

@Suite("A log of batches as a topic has them", .serialized) struct UnopenedLogTests {
    private typealias Lab = LivingTopicTests.Lab

    @Test(
        "is at most 1 % larger than the topic, however that is compressed",
        arguments: ["none", "gzip", "snappy", "lz4", "zstd"])
    func size(compression: String) throws {
        let data = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-data-\(UUID().uuidString)")
            .path
        defer { try? FileSystem.removeTree(data) }
        var served = ServerSettings()
        served.data = DataFolder(path: data, disk: PosixDisk())
        let lab = try Lab(
            partitions: 4, served: served, properties: [KafkaProperty(name: "compression.type", value: compression)])
        try lab.produce(20_000, bytes: 200, to: [0, 1, 2, 3])
        var configuration = lab.configuration(
            .receiverWal, ends: Array(repeating: 5_000, count: 4), cuts: .count(block: 4_000, batch: 8_000))
        configuration.cutsByBatch = true
        try lab.live(configuration, client: .native)
        let verdict = try lab.verdict()
        #expect(verdict.delivered == 20_000 && verdict.duplicates == 0 && verdict.lost == 0 && verdict.corrupted == 0)
        var topic: Int64 = 0
        for file in FileManager.default.enumerator(atPath: data)?.compactMap({ $0 as? String }) ?? []
        where file.hasSuffix(".log") {
            topic += Int64(try PosixDisk().contents(of: "\(data)/\(file)").count)
        }
        let log = Double(lab.counters[.walBytesWritten])
        #expect(topic > 100_000 && log >= Double(topic), "\(topic) B in the topic, \(log) in the log")
        #expect(log <= 1.01 * Double(topic), "\(topic) B in the topic, \(log) in the log")
        // Blocks cut by count cut batches, of which the pieces add up to little more.
        let pieces = try Lab(partitions: 4, properties: [KafkaProperty(name: "compression.type", value: compression)])
        try pieces.produce(20_000, bytes: 200, to: [0, 1, 2, 3])
        configuration = pieces.configuration(
            .receiverWal, ends: Array(repeating: 5_000, count: 4), cuts: .count(block: 500, batch: 4_000))
        try pieces.live(configuration, client: .native)
        #expect(try pieces.verdict().delivered == 20_000)
        #expect(Double(pieces.counters[.walBytesWritten]) < 1.15 * log, "\(pieces.counters[.walBytesWritten]), \(log)")
        if compression == "zstd" { #expect(log < 0.8 * 20_000 * 200, "\(log)") }
    }

    @Test(
        "never brings an aborted record back after a crash between log and commit, whoever reads then",
        arguments: ClientKind.allCases)
    func aborted(next: ClientKind) throws {
        let lab = try Lab(partitions: 2)
        let writer = try KafkaTransactions(lab.kafka, topic: lab.topic, name: "id-\(lab.topic)")
        defer { writer.close() }
        // Records of two partitions by turns, and behind each transaction a marker in both.
        var ends: [Offset] = [0, 0]
        var sequence = 0
        for round in 0..<16 {
            let isAborted = round % 3 == 1
            let first = sequence
            try writer.produce(isAborted ? .abort : .commit, count: 6, recordCapacity: 64) { index, buffer in
                let name = RecordFormat.Identity(
                    producer: isAborted ? 9 : 0, sequence: UInt64(isAborted ? round * 6 + index : first + index))
                RecordFormat.write(name, seed: 1, into: buffer)
                return OutgoingRecord(partition: Partition(index % 2), valueLength: 64)
            }
            for index in 0..<6 {
                if !isAborted { lab.note(Partition(index % 2), ends[index % 2] + Offset(index / 2)) }
            }
            if !isAborted { sequence += 6 }
            ends = ends.map { $0 + 4 }
        }
        try writer.finish()
        let configuration = lab.configuration(.receiverWal, ends: ends, cuts: .count(block: 7, batch: 14))
        let crash = ArmedCrash(CrashPoint(.receiverOffsetsCommit, .before), at: 5)
        #expect(try lab.live(configuration, crash: crash, client: .native))
        var logged = 0
        try WriteAheadLog.inspect(disk: PosixDisk(), directory: "\(lab.folder)/wal/blocks") { kind, _, payload in
            #expect(kind == 2)
            let (opener, opened) = (ClientKind.makeOpener(), Block())
            try Block(copying: payload).forEachBatch { try opener.open($0, into: opened) }
            opened.forEachRecord { _, _, _, value in
                logged += 1
                #expect(value.flatMap { RecordFormat.read($0) }?.producer == 0)
            }
        }
        #expect(logged >= 35)
        try lab.live(configuration, client: next)
        let verdict = try lab.verdict()
        // The block whose offsets were not committed comes again, and nothing else.
        #expect(verdict.lost == 0 && verdict.corrupted == 0 && verdict.duplicates == 7, "\(verdict)")
        #expect(verdict.delivered == sequence + 7)
    }
}
