// Imports point one way: down.
import Testing

@Suite struct LayeringTests {
    /// What each module may import, from the top of the house to its ground. `Synchronization` is the language's own.
    static let allowed: [(module: String, imports: Set<String>)] = [
        (
            "kbench",
            [
                "World", "Ingestion", "Evidence", "Judgement", "Engine", "Exploration", "Harness", "Scenarios", "Gate",
                "Campaigns", "Bench", "Offsets", "Results", "Rendering", "Kafka", "Posix", "WriteAheadLog",
                "ArgumentParser", "Foundation",
            ]
        ),
        (
            "Fuzz",
            [
                "World", "Ingestion", "Evidence", "Judgement", "Engine", "Simulation", "Exploration", "Harness",
                "Scenarios", "Gate", "Campaigns", "Bench", "Offsets", "Results", "Rendering", "Kafka", "Posix",
                "WriteAheadLog", "Checksum", "Foundation",
            ]
        ),
        (
            "Scenarios",
            [
                "World", "Ingestion", "Evidence", "Judgement", "Engine", "Simulation", "Kafka", "Posix", "Results",
                "Harness", "Bench", "Offsets", "Foundation",
            ]
        ),
        (
            "Gate",
            [
                "World", "Ingestion", "Evidence", "Judgement", "Engine", "Simulation", "WriteAheadLog", "Posix",
                "Results", "Statistics", "Harness", "Foundation",
            ]
        ),
        (
            "Campaigns",
            [
                "World", "Ingestion", "Engine", "Simulation", "Exploration", "Posix", "Results", "Harness",
                "Foundation",
            ]
        ),
        (
            "Bench",
            [
                "World", "Ingestion", "Evidence", "Judgement", "Engine", "WriteAheadLog", "Kafka", "Posix", "Results",
                "Statistics", "Harness", "Foundation",
            ]
        ),
        ("Offsets", ["World", "Engine", "Kafka", "ZooKeeper", "Posix", "Results", "Harness"]),
        (
            "Harness",
            [
                "World", "Ingestion", "Evidence", "Judgement", "Engine", "Exploration", "WriteAheadLog", "Kafka",
                "ZooKeeper", "Posix", "Database", "Results", "Subprocess", "SystemPackage", "Yams", "Histogram",
                "Foundation",
            ]
        ),
        (
            "Rendering",
            ["World", "Ingestion", "Evidence", "Judgement", "Engine", "Results", "Statistics", "Foundation"]
        ),
        (
            "Results",
            [
                "World", "Ingestion", "Evidence", "Judgement", "Engine", "Simulation", "Exploration", "Statistics",
                "Foundation",
            ]
        ),
        (
            "BenchmarkSteps",
            [
                "World", "Ingestion", "Evidence", "Judgement", "Engine", "Simulation", "Exploration", "WriteAheadLog",
                "Checksum", "Posix",
            ]
        ),
        (
            "Exploration",
            ["World", "Ingestion", "Evidence", "Judgement", "Engine", "Simulation", "WriteAheadLog", "Foundation"]
        ),
        ("Simulation", ["World", "Ingestion", "Evidence", "Judgement", "Engine"]),
        ("Engine", ["World", "Ingestion", "Evidence", "WriteAheadLog", "Checksum"]),
        ("Judgement", ["World", "Ingestion", "Evidence"]),
        ("Evidence", ["World", "Checksum"]),
        ("Ingestion", ["World"]),
        ("WriteAheadLog", ["World", "Checksum", "CZstd"]),
        ("Kafka", ["World", "CRdKafka", "CPlainLoop", "Dispatch"]),
        ("Database", ["World", "GRDB", "GRDBSQLite", "Foundation"]),
        ("ZooKeeper", ["World", "CZooKeeper", "Dispatch"]),
        ("Posix", ["World", "CPosixShims", "Glibc"]),
        ("Statistics", ["World", "Foundation"]),
        ("Checksum", ["CChecksum"]),
        ("World", []),
    ]

    /// Imports of which there is one user, because everything behind them is unsafe, slow to replace, or both.
    static let soleUsers: [(imported: String, user: String)] = [
        ("CRdKafka", "Kafka"), ("CZooKeeper", "ZooKeeper"), ("CZstd", "WriteAheadLog"), ("Glibc", "Posix"),
        ("CPosixShims", "Posix"), ("CPlainLoop", "Kafka"),
        ("CChecksum", "Checksum"), ("Subprocess", "Harness"), ("SystemPackage", "Harness"), ("Yams", "Harness"),
        ("Histogram", "Harness"),
        ("ArgumentParser", "kbench"),
        ("GRDB", "Database"), ("GRDBSQLite", "Database"),
    ]

    @Test func everyModuleIsInTheTable() {
        let modules = Set(Repository.swiftFiles.filter { !$0.isTest }.compactMap(\.module))
        #expect(modules == Set(Self.allowed.map(\.module)))
    }

    @Test func theTableItselfPointsDown() {
        for (index, entry) in Self.allowed.enumerated() {
            let above = Set(Self.allowed[...index].map(\.module))
            #expect(entry.imports.isDisjoint(with: above), "\(entry.module) imports what lies above it")
        }
    }

    @Test(arguments: allowed)
    func aModuleImportsOnlyWhatItMay(module: String, imports: Set<String>) {
        for file in Repository.swiftFiles(of: [module]) {
            for found in file.imports where found.module != "Synchronization" {
                #expect(
                    imports.contains(found.module),
                    "\(file.path):\(found.number): \(module) must not import \(found.module)")
            }
        }
    }

    @Test(arguments: soleUsers)
    func aDangerousModuleHasOneUser(imported: String, user: String) {
        // A module's own tests may look at what lies below it, and any test may ask the system or start a process.
        let users: Set = [user, "\(user)Tests"]
        for file in Repository.swiftFiles where !users.contains(file.module ?? "") {
            if file.isTest && ["Subprocess", "SystemPackage", "Glibc"].contains(imported) { continue }
            for found in file.imports where found.module == imported {
                Issue.record("\(file.path):\(found.number): only \(user) imports \(imported)")
            }
        }
    }

    @Test func importsAreFoundInEveryForm() {
        let file = RepositoryFile(
            path: "Sources/World/Sample.swift",
            lines: [
                "// import Nothing", "import A", "public import B", "@testable import C", "import struct D.Member",
                "internal import E  // because", "let text = \"import F\"",
            ])
        #expect(file.imports.map(\.module) == ["A", "B", "C", "D", "E"])
    }
}
