// Imports point one way: down. The manifest says what a module may import, and ARCHITECTURE shows it.
import Testing

@Suite struct LayeringTests {
    /// What comes with the system and the language, and who may use it; `Synchronization` anybody may.
    static let platform: [String: Set<String>] = [
        "Foundation": [
            "kbench", "Fuzz", "Scenarios", "Pipelines", "Gate", "Campaigns", "Bench", "Offsets", "Harness", "Rendering",
            "Results",
            "Exploration", "Statistics", "Database",
        ],
        "Glibc": ["Posix"],
        "Dispatch": ["Kafka", "ZooKeeper"],
    ]

    /// Imports of which there is one user, or one for each row, because everything behind them is unsafe, slow to replace, or both.
    static let soleUsers: [(imported: String, user: String)] = [
        ("CRdKafka", "Kafka"), ("CZooKeeper", "ZooKeeper"), ("CZstd", "Compression"), ("CZlib", "Compression"),
        ("CSnappy", "Compression"), ("CLz4", "Compression"), ("Glibc", "Posix"),
        ("CCrypto", "Sasl"), ("CTls", "KafkaNative"), ("NIOSSL", "KafkaServer"), ("NIOSSL", "KafkaProxy"),
        ("NIOTLS", "KafkaProxy"),
        ("CPosixShims", "Posix"), ("CFileWatch", "Posix"), ("CPlainLoop", "Kafka"),
        ("CChecksum", "Checksum"), ("Subprocess", "Harness"), ("SystemPackage", "Harness"), ("Yams", "Harness"),
        ("Histogram", "Harness"),
        ("ArgumentParser", "kbench"),
        ("GRDB", "Database"), ("GRDBSQLite", "Database"),
        ("NIOCore", "KafkaServer"), ("NIOPosix", "KafkaServer"), ("NIOCore", "KafkaProxy"), ("NIOPosix", "KafkaProxy"),
    ]

    /// Arrows that must not be there, whatever the order of the modules.
    static let never: [(from: String, to: String)] = [
        ("Engine", "Judgement"), ("Judgement", "Engine"), ("Results", "Rendering"), ("World", "Engine"),
    ]

    @Test func theManifestIsUnderstood() {
        let modules = Set(Repository.swiftFiles.filter { !$0.isTest }.compactMap(\.module))
        #expect(Set(Manifest.modules.map(\.name)) == modules)
        #expect(Manifest.modules.first { $0.name == "Checksum" }?.dependencies == ["CChecksum"])
    }

    @Test(arguments: Manifest.modules)
    func aModuleImportsWhatTheManifestDeclaresAndNothingElse(module: DeclaredModule) {
        var used: Set<String> = []
        for file in Repository.swiftFiles(of: [module.name]) {
            for found in file.imports where found.module != "Synchronization" {
                used.insert(found.module)
                #expect(
                    module.dependencies.contains(found.module)
                        || Self.platform[found.module]?.contains(module.name) == true,
                    "\(file.path):\(found.number): \(module.name) must not import \(found.module)")
            }
        }
        #expect(module.dependencies.isSubset(of: used), "\(module.name) declares what it does not import")
    }

    @Test(arguments: never)
    func someModulesKnowNothingOfEachOther(from: String, to: String) {
        #expect(!reachable(from: from).contains(to), "\(from) reaches \(to)")
    }

    private func reachable(from name: String) -> Set<String> {
        var found: Set<String> = []
        var open = [name]
        while let next = open.popLast() {
            for module in Manifest.modules where module.name == next {
                open += module.dependencies.filter { found.insert($0).inserted }
            }
        }
        return found
    }

    /// The rows of ARCHITECTURE's graph: a module, what it uses of ours, and what lives there.
    private static let graph: [(module: String, uses: Set<String>)] = {
        let lines = Repository.files.first { $0.path == "ARCHITECTURE.md" }?.lines ?? []
        let block = lines.drop { $0 != "<!-- modules -->" }.prefix { $0 != "<!-- /modules -->" }
        return block.compactMap { line in
            guard let row = line.firstMatch(of: /^\| `(\w+)` \| ([^|]*) \|/) else { return nil }
            return (String(row.output.1), Set(row.output.2.matches(of: /\w+/).map { String($0.output) }))
        }
    }()

    @Test func architectureShowsTheGraphOfTheManifest() {
        let ours = Set(Manifest.modules.map(\.name))
        let shown = Dictionary(uniqueKeysWithValues: Self.graph.map { ($0.module, $0.uses) })
        #expect(Set(shown.keys) == ours)
        for module in Manifest.modules {
            // Everything may use the ground, which the document says once.
            let uses = module.dependencies.intersection(ours).subtracting(["World", "Checksum"])
            #expect(shown[module.name] == uses, "\(module.name)")
        }
    }

    @Test func theGraphPointsDown() {
        for (index, row) in Self.graph.enumerated() {
            let above = Set(Self.graph[...index].map(\.module))
            #expect(row.uses.isDisjoint(with: above), "\(row.module) uses what stands above it")
        }
    }

    @Test(arguments: Set(soleUsers.map(\.imported)))
    func aDangerousModuleHasOneUser(imported: String) {
        // A module's own tests may look at what lies below it, and any test may ask the system, start a process, or be a
        // client of a broker.
        let users = Set(Self.soleUsers.filter { $0.imported == imported }.flatMap { [$0.user, "\($0.user)Tests"] })
        for file in Repository.swiftFiles where !users.contains(file.module ?? "") {
            if file.isTest && ["Subprocess", "SystemPackage", "Glibc", "CRdKafka"].contains(imported) { continue }
            for found in file.imports where found.module == imported {
                Issue.record("\(file.path):\(found.number): \(imported) is not imported here")
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
