// What each record of a load consists of: key, value and headers, chosen by the seed and the record's number alone.
internal import Engine
package import Evidence
package import Kafka
package import World

/// Makes records. The same seed and number make the same record, whoever asks, so a topic can be compared with it.
package struct RecordContents: Sendable {
    /// The header that says which record it is, where the value cannot.
    package static let identityHeader = "kbench-id"

    /// Which record.
    package enum Name: Equatable, Sendable, CustomStringConvertible {
        /// A record of the load, from 0.
        case record(Int)
        /// A record of a transaction that is aborted, from 0.
        case aborted(Int)

        package var description: String {
            switch self {
            case .record(let number): "\(number)"
            case .aborted(let number): "aborted-\(number)"
            }
        }

        /// Who produced it, and its number there.
        package var identity: RecordFormat.Identity {
            switch self {
            case .record(let number): .init(producer: 0, sequence: UInt64(number))
            case .aborted(let number): .init(producer: LoadProduction.abortedProducer, sequence: UInt64(number))
            }
        }
    }

    private let load: LoadSettings
    private let recordBytes: Int
    private let seed: UInt64
    private let headers: [OutgoingRecord.Header]
    private let needsHeader: Bool
    /// The sum of the weights of a histogram of sizes.
    private let weights: Int

    package init(_ scenario: Scenario) {
        self.init(load: scenario.load, recordBytes: scenario.recordBytes, seed: scenario.seed)
    }

    package init(load: LoadSettings?, recordBytes: Int, seed: UInt64) {
        self.load = load ?? LoadSettings()
        self.recordBytes = recordBytes
        self.seed = seed
        headers = self.load.headers.map { .init(name: $0.name, value: Array($0.value.utf8)) }
        needsHeader = self.load.origin == .anyone
        if case .histogram(let bins) = self.load.sizes {
            weights = bins.reduce(0) { $0 + $1.weight }
        } else {
            weights = 0
        }
    }

    /// The bytes that key and value of a record need together at most.
    package var capacity: Int {
        let value = load.lines?.values.map(\.count).max() ?? load.sizes?.most ?? recordBytes
        return value + (load.keys == .none ? 0 : "aborted-".utf8.count + String(Int.max).utf8.count)
    }

    /// Writes a record, its key first, into `buffer`, which has at least ``capacity`` bytes.
    package func write(
        _ name: Name, to partition: Partition, into buffer: UnsafeMutableRawBufferPointer
    ) -> OutgoingRecord {
        var random = SeededRandom(
            seed: seed, stream: UInt64(name.identity.sequence) << 1 | UInt64(name.identity.producer))
        let key = key(of: name, &random)
        var keyLength = 0
        if let key {
            for byte in key.utf8 {
                buffer[keyLength] = byte
                keyLength += 1
            }
        }
        var record = OutgoingRecord(partition: partition, keyLength: key == nil ? nil : keyLength, valueLength: nil)
        record.headers = headers
        if needsHeader { record.headers.append(.init(name: Self.identityHeader, value: Array("\(name)".utf8))) }
        if load.tombstonePercent > 0, Int(random.next() % 100) < load.tombstonePercent { return record }
        let value = UnsafeMutableRawBufferPointer(rebasing: buffer[keyLength...])
        record.valueLength = fill(value, with: name, &random)
        return record
    }

    private func key(of name: Name, _ random: inout SeededRandom) -> String? {
        switch load.keys {
        case .none: return nil
        case .unique: return "\(name)"
        case .skewed(let count, let hotPercent):
            let isHot = count == 1 || Int(random.next() % 100) < hotPercent
            return isHot ? "key-0" : "key-\(1 + random.next() % UInt64(count - 1))"
        }
    }

    /// Writes a value, and returns its bytes.
    private func fill(
        _ buffer: UnsafeMutableRawBufferPointer, with name: Name, _ random: inout SeededRandom
    ) -> Int {
        if let lines = load.lines?.values {
            let line = lines[Int(name.identity.sequence % UInt64(lines.count))]
            line.withUnsafeBytes { if !$0.isEmpty { buffer.copyMemory(from: $0) } }
            return line.count
        }
        let bytes = size(&random)
        LoadGenerator.fill(buffer, with: name.identity, bytes: bytes, seed: seed)
        return bytes
    }

    private func size(_ random: inout SeededRandom) -> Int {
        switch load.sizes {
        case nil: return recordBytes
        case .fixed(let bytes): return bytes
        case .range(let range): return range.lowerBound + Int(random.next() % UInt64(range.count))
        case .histogram(let bins):
            var place = Int(random.next() % UInt64(weights))
            for bin in bins {
                if place < bin.weight { return bin.bytes }
                place -= bin.weight
            }
            return 0
        }
    }
}
