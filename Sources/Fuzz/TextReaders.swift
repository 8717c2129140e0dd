// The readers of texts that a person writes or names: scenarios, policies, results, histories, properties.
internal import Bench
internal import Compression
internal import Engine
internal import Exploration
internal import Foundation
internal import Gate
internal import Harness
internal import Judgement
internal import Kafka
internal import Rendering
internal import Results
internal import Scenarios
internal import World

extension Reader {
    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    static func scenario() -> Reader {
        let names = ["c12-copies-on-disk", "c9-one-to-one"]
        let small = """
            name: mine
            summary: A test.
            records: 200
            partitions: 3
            record-bytes: 64
            block-records: 10
            batch-records: 40
            wal-compression: zstd:3
            fidelity: commit-last-offset
            runs:
              - strategy: receiver-wal
                crash: [receiver.offsets.commit.before@2, batch.submit.after@last]
                expect:
                  append: {duplicates: n + E + 4, lost: 0}
              - strategy: direct
                crash: task.read.before@seeded
                expect: {offset-keyed: {duplicates: 0, lost: 0}}
            """
        let words = [
            "strategy: direct\n", "crash: batch.submit.before@last\n", "n + k + 9223372036854775807", "seeded", "&a *a",
            "{", "[", "- ", ": ", "records: 1000000000\n", "block-records: 1\n", "limits:\n", "lost: 0",
        ]
        return Reader(
            "scenario", isNamedByPerson: true,
            corpus: ([small] + names.compactMap { ScenarioLibrary.text(of: $0) }).map { Array($0.utf8) }, words: words
        ) { bytes, _, number in
            let text = text(bytes)
            // The file is called as it says, so that more than the name is read.
            let line = text.split(separator: "\n").first { $0.hasPrefix("name: ") }
            let stem = line.map { String($0.dropFirst("name: ".count)) } ?? "mine"
            let scenario = try ScenarioFile.parse(text, file: "\(stem).yaml")
            // A closed form takes as long as the load is large; what matters here is that it can be worked out.
            if number % 8 == 0, scenario.records <= 1_000 { try ScenarioRunner.check(scenario) }
        }
    }

    static func capsule() -> Reader {
        let capsules = (1...8 as ClosedRange<UInt64>).map { seed in
            // Encodes, and decompresses, what it has just made: neither can fail.
            let capsule = Capsule(of: SwarmSchedule.draw(seed: seed), version: "fuzz")
            return (try? capsule.encoded()).flatMap { Zstandard.decompress($0, limit: 1 << 20) } ?? []
        }
        let words = [
            "\"records\":", "1000000000", "\"arrivals\":-1", "bit-rot-at-1-seed-1", "null", "@9223372036854775807",
        ]
        return Reader("capsule", isNamedByPerson: true, corpus: capsules, words: words) { bytes, _, number in
            let capsule = try Capsule(decoding: Zstandard.compress(bytes, level: 1), from: "a.capsule")
            let shape = capsule.schedule.shape
            // What is replayed is bounded here by time, not by what can be read.
            guard number % 64 == 0, shape.records <= 200, shape.partitions <= 64, capsule.schedule.lives.count <= 4,
                capsule.schedule.lives.allSatisfy({ $0.arrivals <= 200 })
            else { return }
            _ = capsule.schedule.run()
        }
    }

    static func capsuleFile() -> Reader {
        let capsules = (1...4 as ClosedRange<UInt64>).map {
            // It encodes what it has just made, which cannot fail.
            (try? Capsule(of: SwarmSchedule.draw(seed: $0), version: "fuzz").encoded()) ?? []
        }
        return Reader("capsule-file", isNamedByPerson: true, corpus: capsules) { bytes, _, _ in
            _ = try Capsule(decoding: bytes, from: "a.capsule")
        }
    }

    static func bench() -> Reader {
        // It renders finite numbers, which cannot fail.
        let json = (try? Samples.bench.json()) ?? ""
        let words = ["1e308", "-1", "null", "\"blockIntervalMilliseconds\": 1", "\"walFactor\": {"]
        return Reader("bench", isNamedByPerson: true, corpus: [Array(json.utf8)], words: words) { bytes, _, number in
            let bench = try BenchFile.read(bytes, from: "bench.json")
            // A plan takes much longer than reading.
            guard number % 8 == 0 else { return }
            let load = PlannedLoad(
                recordsPerSecond: number % 64 == 0 ? 10_000 : [0.001, 1, 20][number / 8 % 3], partitions: 4,
                retentionSeconds: 86_400,
                crashesPerDay: 3)
            let plan = try CapacityPlan.make(load, from: bench, source: "bench.json")
            _ = (plan.document.text(), try plan.json())
        }
    }

    static func policy() -> Reader {
        let policy = """
            inconclusive: pass
            rules:
              - {metric: all, tier: 0, margin-percent: 0}
              - {metric: recordsPerSecond, tier: 1, margin-percent: 2.5}
            """
        return Reader(
            "policy", isNamedByPerson: true, corpus: [Array(policy.utf8)], words: ["red", "[", "{", "- ", "1e308"]
        ) {
            bytes, _, _ in
            let report = try GatePolicyFile.parse(text(bytes), file: "gate.yaml").judge(Samples.comparison)
            _ = (report.document.text(), try report.json())
        }
    }

    static func comparison() -> Reader {
        // It encodes finite numbers, which cannot fail.
        let json = (try? Samples.comparison.json()) ?? ""
        return Reader("comparison", isNamedByPerson: true, corpus: [Array(json.utf8)], words: ["1e308", "-1", "null"]) {
            bytes, _, _ in
            let comparison = try GatePolicyFile.comparison(bytes, from: "result.json")
            let report = Samples.policy.judge(comparison)
            _ = (comparison.document.text(), report.document.text(), try report.json())
        }
    }

    static func history() -> Reader {
        let lines = (1...7).map { number in
            "{\"commit\":\"c\(number)\",\"date\":\"2024-01-\(number)\",\"figures\":{\"a\":\(number / 7),\"b\":2.5}}\n"
        }
        return Reader(
            "history", isNamedByPerson: true, corpus: [Array(lines.joined().utf8)],
            words: ["1e308", "-1", "null", "\r\n"]
        ) { bytes, _, _ in
            let history = History(text: text(bytes), path: "history.ndjson")
            let report = HistoryResult(
                commits: history.entries.count, damagedLines: history.damagedLines, changes: history.changes())
            _ = (report.document.markdown, try report.json())
        }
    }

    static func properties() -> Reader {
        let text = """
            # A client.
            security.protocol=SASL_SSL
            sasl.username = alice
            sasl.password=secret
            fetch.min.bytes=1
            session.timeout.ms=45000
            isolation.level=read_committed
            socket.keepalive.enable=true
            """
        return Reader(
            "properties", isNamedByPerson: true, corpus: [Array(text.utf8)],
            words: [
                "=", "\\", "\u{feff}", "\"", "999999999999", "bootstrap.servers=", "sasl.jaas.config=",
                "PlainLoginModule required username=\"a\" password=\"b\";",
                "auto.offset.reset=earliest\n",
            ]
        ) { bytes, _, _ in
            let properties = try KafkaConfiguration.properties(inText: Reader.text(bytes), file: "client.properties")
            _ = try KafkaConfiguration(bootstrap: "localhost:1", properties: properties)
        }
    }
}
