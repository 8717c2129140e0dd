// Blocks in memory: filling one, and its checksum in hardware and without.
internal import Checksum
internal import World

func blockSteps() -> [BenchmarkStep] {
    let bytes = [UInt8](repeating: 7, count: 1 << 20)
    let sum = bytes.withUnsafeBytes { CRC32C.portableChecksum($0) }
    return [
        BenchmarkStep("block-fill-of-100-records", repetitions: 1000) { measure in
            let value = [UInt8](repeating: 1, count: 200)
            let block = Block(capacity: 64 * 1024)
            try measure {
                block.removeAll()
                value.withUnsafeBytes { value in
                    for record in 0..<100 {
                        block.append(partition: Partition(record / 25), offset: Offset(record), key: nil, value: value)
                    }
                }
                try WrongStep.check(block.recordCount == 100, "the block has \(block.recordCount) records")
            }
        },
        BenchmarkStep("CRC-32C-of-1-MiB") { measure in
            try measure {
                try WrongStep.check(bytes.withUnsafeBytes { CRC32C.checksum($0) } == sum, "another checksum")
            }
        },
        BenchmarkStep("CRC-32C-of-1-MiB-portable") { measure in
            try measure {
                try WrongStep.check(bytes.withUnsafeBytes { CRC32C.portableChecksum($0) } == sum, "another checksum")
            }
        },
    ]
}
