// Imports point one way: down.
import Testing

@Suite struct LayeringTests {
    /// What each module may import, from the top of the house to its ground. `Synchronization` is the language's own.
    static let allowed: [(module: String, imports: Set<String>)] = [
        (
            "kbench",
            [
                "World", "Engine", "Exploration", "Harness", "Report", "Kafka", "Posix", "WriteAheadLog",
                "ArgumentParser",
                "Foundation",
            ]
        ),
        (
            "Fuzz",
            [
                "World", "Engine", "Simulation", "Exploration", "Harness", "Report", "Kafka", "Posix", "WriteAheadLog",
                "Checksum", "Compression", "KafkaWire", "Foundation",
            ]
        ),
        (
            "Harness",
            [
                "World", "Engine", "Simulation", "Exploration", "WriteAheadLog", "Kafka", "ZooKeeper", "Posix",
                "Database", "Compression", "Report", "Statistics",
                "Subprocess", "SystemPackage", "Yams", "Histogram",
                "Foundation",
            ]
        ),
        ("Report", ["World", "Engine", "Simulation", "Exploration", "Foundation"]),
        (
            "BenchmarkSteps", ["World", "Engine", "Simulation", "Exploration", "WriteAheadLog", "Checksum", "Posix"]
        ),
        ("Exploration", ["World", "Engine", "Simulation", "Compression", "Foundation"]),
        ("Simulation", ["World", "Engine"]),
        ("Engine", ["World", "WriteAheadLog", "Checksum"]),
        ("WriteAheadLog", ["World", "Checksum", "Compression"]),
        ("KafkaWire", ["World", "Checksum", "Compression"]),
        ("Compression", ["World", "CZlib", "CSnappy", "CLz4", "CZstd"]),
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
        ("CRdKafka", "Kafka"), ("CZooKeeper", "ZooKeeper"), ("Glibc", "Posix"),
        ("CZstd", "Compression"), ("CZlib", "Compression"), ("CSnappy", "Compression"), ("CLz4", "Compression"),
        ("CPosixShims", "Posix"), ("CPlainLoop", "Kafka"),
        ("CChecksum", "Checksum"), ("Subprocess", "Harness"), ("Yams", "Harness"), ("Histogram", "Harness"),
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
            if file.isTest && ["Subprocess", "Glibc"].contains(imported) { continue }
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
