// Pipelines whose rows are elsewhere than in a file, some of which are wrong on purpose.
import Foundation
import Results
import Testing

@testable import Pipelines

@Suite("A judged pipeline's output", .serialized, .timeLimit(.minutes(10))) struct OutputTests {
    /// Transactions from topic to topic; MODE makes them wrong.
    private static let transactions = """
        import os, uuid
        from confluent_kafka import Consumer, Producer
        at, mode = os.environ["KBENCH_BOOTSTRAP"], os.environ["MODE"]
        consumer = Consumer({
            "bootstrap.servers": at, "group.id": os.environ["KBENCH_GROUP"], "auto.offset.reset": "earliest",
            "enable.auto.commit": False, "isolation.level": "read_committed"})
        consumer.subscribe([os.environ["KBENCH_TOPIC"]])
        name = str(uuid.uuid4()) if mode == "random" else os.environ["KBENCH_GROUP"]
        producer = Producer({"bootstrap.servers": at, "transactional.id": name, "transaction.timeout.ms": 4000})
        producer.init_transactions()
        while True:
            messages = [message for message in consumer.consume(100, 0.1) if not message.error()]
            if not messages: continue
            producer.begin_transaction()
            for message in messages: producer.produce(os.environ["KBENCH_OUTPUT_TOPIC"], message.value())
            if mode == "outside": consumer.commit(asynchronous=False)
            else:
                producer.send_offsets_to_transaction(
                    consumer.position(consumer.assignment()), consumer.consumer_group_metadata())
            producer.commit_transaction()

        """

    /// Commits after it has written, to a database or to a file; MODE makes it wrong.
    private static let rows = """
        import os, sqlite3
        from confluent_kafka import Consumer
        consumer = Consumer({
            "bootstrap.servers": os.environ["KBENCH_BOOTSTRAP"], "group.id": os.environ["KBENCH_GROUP"],
            "auto.offset.reset": "earliest", "enable.auto.commit": False})
        consumer.subscribe([os.environ["KBENCH_TOPIC"]])
        mode, path = os.environ["MODE"], os.environ["KBENCH_OUTPUT"]
        if mode == "sqlite":
            base = sqlite3.connect(path)
            base.execute("CREATE TABLE IF NOT EXISTS rows (value TEXT)")
        else: output = open(path, "wb" if mode == "truncated" else "ab", buffering=0)
        while True:
            messages = [message for message in consumer.consume(100, 0.1) if not message.error()]
            if not messages: continue
            if mode == "sqlite":
                base.executemany("INSERT INTO rows VALUES (?)", [(message.value(),) for message in messages])
                base.commit()
            else:
                for message in messages: output.write(message.value() + b"\\n")
            consumer.commit(asynchronous=False)

        """

    private static func judge(
        _ program: String, _ mode: String, _ points: [String], _ change: (inout Pipeline) -> Void
    ) async throws -> JudgeResult {
        var settings = JudgeSettings()
        settings.points = points
        settings.occurrences = [.middle]
        return try await JudgeTests.judge(settings, program: program) {
            $0.environment = [("MODE", mode)]
            change(&$0)
        }
    }

    private static let topic = PipelineOutput.topic(Placeholders.outputTopic, isCommitted: true)

    @Test("may be a topic, of which committed records are rows", .enabled(if: JudgeTests.python != nil))
    func topic() async throws {
        let points = ["produce.request", "txn-offset-commit.response", "end-txn.request", "end-txn.response"]
        let result = try await Self.judge(Self.transactions, "right", points.map { "wire.\($0)" }) {
            $0.output = Self.topic
            $0.guarantee = .exactlyOnce
        }
        #expect(result.verdict == .pass, "\(result.reason ?? "")")
        #expect(result.runs.count == 5)
        #expect(result.runs.allSatisfy { $0.duplicates == 0 && $0.lost == 0 && $0.delivered == 600 })
        #expect(result.runs.dropFirst().allSatisfy { $0.fired && $0.agrees == true })
        #expect(result.findings == [])
    }

    @Test("in a topic shows what is wrong with its transactions", .enabled(if: JudgeTests.python != nil))
    func wrongTransactions() async throws {
        let outside = try await Self.judge(Self.transactions, "outside", ["wire.end-txn.request"]) {
            $0.output = Self.topic
            $0.guarantee = .exactlyOnce
        }
        #expect(outside.verdict == .fail)
        #expect(outside.runs.last?.lost == 100)
        #expect(Set(outside.findings.map(\.name)) == ["commit-before-write", "offsets-outside-transaction"])
        let random = try await Self.judge(Self.transactions, "random", ["wire.end-txn.request"]) {
            $0.output = Self.topic
            $0.guarantee = .exactlyOnce
        }
        #expect(random.findings.map(\.name).contains("random-transactional-ids"))
        #expect(random.runs.last?.lost == 0)
    }

    @Test("may be a database, or whatever a command prints", .enabled(if: JudgeTests.python != nil))
    func databases() async throws {
        let query = "SELECT value FROM rows"
        let command = """
            import os, sqlite3
            path = os.environ["KBENCH_OUTPUT"]
            if os.path.exists(path):
                for row in sqlite3.connect(path).execute("\(query)"): print(row[0].decode())
            """
        for output in [
            PipelineOutput.sqlite(Placeholders.output, query: query), .command(["python3", "-c", command]),
        ] {
            let result = try await Self.judge(Self.rows, "sqlite", ["wire.offset-commit.request"]) {
                $0.output = output
            }
            #expect(result.verdict == .pass, "\(result.reason ?? "")")
            #expect(result.runs.map(\.duplicates) == [0, 100])
            #expect(result.runs[1].causes?.fetchedAgain == 100)
            #expect(result.runs.map(\.lost) == [0, 0])
        }
    }

    @Test("that takes long to look at is looked at once more before it counts as quiet")
    func looks() async throws {
        let last = LastLook()
        let before = try await last.activity(isAnew: false) { 1 }
        let after = try await last.activity(isAnew: true) { 2 }
        #expect(before == 1 && after == 2)
        // A moment ago is recent enough for who asks again and again.
        try await Task.sleep(for: .milliseconds(1))
        #expect(try await last.activity(isAnew: false) { 2 } == 2)
    }

    @Test("that cannot be read, or is cut on the way, is told", .enabled(if: JudgeTests.python != nil))
    func damaged() async throws {
        let cut = try await Self.judge(Self.rows, "truncated", ["wire.offset-commit.response"]) { _ in }
        #expect(cut.verdict == .fail)
        #expect(cut.findings.map(\.name) == ["output-truncated", "unexplained-loss"])
        #expect(cut.runs[1].agrees == false)
        let unreadable = try await Self.judge(Self.rows, "file", []) {
            $0.output = .command(["sh", "-c", "echo no such table; exit 7"])
        }
        #expect(unreadable.verdict == .invalid)
        #expect(unreadable.reason?.contains("cannot be read") == true, "\(unreadable.reason ?? "")")
    }

    @Test(
        "is remembered run by run, so that nothing is run twice and parts come together",
        .enabled(if: JudgeTests.python != nil))
    func journals() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var settings = JudgeSettings()
        settings.points = ["wire.offset-commit.request@2", "wire.offset-commit.response@2"]
        settings.times = 2
        settings.shard = (1, 2)
        settings.journal = "\(folder)/1"
        settings.budgetSeconds = 0
        func judge() async throws -> JudgeResult {
            try await JudgeTests.judge(settings, program: Self.rows) { $0.environment = [("MODE", "file")] }
        }
        let first = try await judge()
        #expect(first.left == 2)
        #expect(first.runs.count == 1)
        settings.budgetSeconds = nil
        let whole = try await judge()
        #expect(whole.left == 0)
        #expect(whole.runs.map(\.point) == [nil, "wire.offset-commit.request", "wire.offset-commit.response"])
        #expect(whole.runs[0] == first.runs[0])
        // What is remembered needs no time.
        settings.budgetSeconds = 0
        let remembered = try await judge()
        #expect(remembered.left == 0)
        #expect(remembered.runs == whole.runs)
        settings.budgetSeconds = nil
        settings.shard = (2, 2)
        settings.journal = "\(folder)/2"
        let second = try await judge()
        #expect(second.runs.count == 3)
        settings.merged = ["\(folder)/1", "\(folder)/2"]
        let merged = try await judge()
        #expect(merged.runs == [whole.runs[0]] + whole.runs.dropFirst() + second.runs.dropFirst())
        #expect(merged.verdict == .pass)
    }
}
