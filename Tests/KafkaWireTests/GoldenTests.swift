// What real clients and brokers sent is read, and written again byte for byte.
import Compression
import Foundation
import Testing

@testable import KafkaWire

/// One frame of a file in Frames.
struct GoldenFrame: Sendable, CustomTestStringConvertible {
    var file: String
    var isRequest: Bool
    var key: ApiKey
    var version: Int16
    var bytes: [UInt8]

    var testDescription: String { "\(file): \(isRequest ? "request" : "response") \(key) \(version)" }

    static let all: [GoldenFrame] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Frames")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().filter { $0.hasSuffix(".txt") }.flatMap { name -> [GoldenFrame] in
            let text = (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
            return text.split(separator: "\n").dropFirst().compactMap { line in
                let words = line.split(separator: " ")
                guard words.count == 4, let key = ApiKey.allCases.first(where: { "\($0.api)" == words[1] }),
                    let version = Int16(words[2])
                else { return nil }
                return GoldenFrame(
                    file: name, isRequest: words[0] == "request", key: key, version: version, bytes: bytes(words[3]))
            }
        }
    }()

    private static func bytes(_ hex: Substring) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }
}

@Suite struct GoldenTests {
    @Test func thereAreFramesOfEveryClient() {
        let files = Set(GoldenFrame.all.map(\.file))
        for client in ["aiokafka", "confluent-kafka", "java", "kafka-python", "librdkafka"] {
            #expect(files.contains { $0.hasPrefix(client) }, "\(client)")
        }
    }

    @Test(arguments: ApiKey.allCases, [true, false])
    func thereIsAFrameOfEveryVersion(key: ApiKey, isRequest: Bool) {
        let known = GoldenFrame.all.filter { $0.key == key && $0.isRequest == isRequest }.map(\.version)
        #expect(Set(known).isSuperset(of: key.api.versions))
    }

    @Test(arguments: GoldenFrame.all) func aFrameIsWrittenAsItCame(golden: GoldenFrame) throws {
        let again = try again(golden, golden.bytes)
        if golden.isRequest || !golden.file.contains("tansu") {
            #expect(again == golden.bytes)
        } else {
            #expect(try self.again(golden, again) == again)
        }
    }

    private func again(_ golden: GoldenFrame, _ bytes: [UInt8]) throws -> [UInt8] {
        try bytes.withUnsafeBytes { frame in
            golden.isRequest
                ? try requestAgain(golden.key.api, frame, golden) : try responseAgain(golden.key.api, frame, golden)
        }
    }

    private func requestAgain<A: Api>(
        _ api: A.Type, _ frame: UnsafeRawBufferPointer, _ golden: GoldenFrame
    ) throws -> [UInt8] {
        let header = try RequestHeader(frame)
        #expect(header.api == A.key && header.version == golden.version)
        let request = try A.decodeRequest(frame, header)
        if let produce = request as? Produce.Request {
            for partition in produce.topicData.flatMap(\.partitionData) { try readRecords(partition.records, frame) }
        }
        let again = try A.encodeRequest(
            request, version: header.version, correlationId: header.correlationId, clientId: header.clientId)
        return Array(again.joined(with: frame).dropFirst(Frame.prefixLength))
    }

    private func responseAgain<A: Api>(
        _ api: A.Type, _ frame: UnsafeRawBufferPointer, _ golden: GoldenFrame
    ) throws -> [UInt8] {
        let (correlationId, response) = try A.decodeResponse(frame, version: golden.version)
        if let fetch = response as? Fetch.Response {
            for partition in fetch.responses.flatMap(\.partitions) { try readRecords(partition.records, frame) }
        }
        let again = try A.encodeResponse(response, version: golden.version, correlationId: correlationId)
        return Array(again.joined(with: frame).dropFirst(Frame.prefixLength))
    }

    /// Every batch has its checksum, and every record is there, whatever compressed it.
    private func readRecords(_ records: Records?, _ frame: UnsafeRawBufferPointer) throws {
        guard let records else { return }
        let unpacker = Unpacker()
        var batches = BatchCursor(UnsafeRawBufferPointer(rebasing: frame[records.range]), mayBeCutShort: false)
        while let (header, batch) = try batches.next() {
            try header.verify(batch)
            var cursor = try header.records(in: batch, unpacker)
            var count = 0
            while let record = try cursor.next() {
                count += 1
                var headers = record.headers
                while try headers.next() != nil {}
                if header.isControl { #expect(try ControlMarker(record) != nil) }
            }
            #expect(count == Int(header.recordCount))
        }
    }
}
