// Blocks in memory: filling one, and its checksum in hardware and without.
import Benchmark
import Checksum
import World

func blockBenchmarks() {
    Benchmark("block-fill-of-100-records", configuration: .init(scalingFactor: .kilo)) { benchmark in
        let value = [UInt8](repeating: 1, count: 200)
        let block = Block(capacity: 64 * 1024)
        benchmark.count {
            block.removeAll()
            value.withUnsafeBytes { value in
                for record in 0..<100 {
                    block.append(partition: Partition(record / 25), offset: Offset(record), key: nil, value: value)
                }
            }
        }
    }

    let bytes = [UInt8](repeating: 7, count: 1 << 20)
    Benchmark("CRC-32C-of-1-MiB") { benchmark in
        benchmark.count { bytes.withUnsafeBytes { blackHole(CRC32C.checksum($0)) } }
    }
    Benchmark("CRC-32C-of-1-MiB-portable") { benchmark in
        benchmark.count { bytes.withUnsafeBytes { blackHole(CRC32C.portableChecksum($0)) } }
    }
}
