// swift-tools-version: 6.2
import PackageDescription

/// Every target is compiled alike: language mode 6, warnings are errors, imports are explicit and internal.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// One test target per module; `also` names further modules that its tests need.
func tests(of module: String, also: [Target.Dependency] = []) -> Target {
    .testTarget(name: "\(module)Tests", dependencies: [.byName(name: module)] + also, swiftSettings: settings)
}

let package = Package(
    name: "kbench",
    products: [
        .executable(name: "kbench", targets: ["kbench"]),
        .library(
            name: "KbenchEngine", targets: ["World", "Ingestion", "Evidence", "Judgement", "Engine", "Kafka", "Posix"]),
        // The steps that Benchmarks measures.
        .library(name: "KbenchSteps", targets: ["BenchmarkSteps"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        // Subprocess names executables by its file paths.
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // SQLite, for the transactional sink.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // The event loop of the served broker.
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        // TLS of the served broker.
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.30.0"),
        // Percentiles of latencies.
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // Commands only: parse, call, print.
        .executableTarget(
            name: "kbench",
            dependencies: [
                "World", "Ingestion", "Evidence", "Judgement", "Engine", "Exploration", "Harness", "Scenarios", "Gate",
                "Pipelines", "Campaigns", "Bench", "Offsets", "Results", "Rendering", "Kafka", "KafkaServer",
                "BrokerScript", "Posix",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        // Feeds every reader of bytes from outside with changed files; not part of what is installed.
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "World", "Ingestion", "Judgement", "Engine", "Simulation", "Exploration", "Harness", "Scenarios",
                "Gate", "Bench", "Results", "Rendering", "Kafka", "Posix", "WriteAheadLog", "Checksum", "Compression",
                "KafkaWire", "KafkaProxy", "BrokerScript", "Pipelines",
            ],
            swiftSettings: settings),
        // What a scenario file says, carried out: crashes, experiments, claims, the matrix.
        .target(
            name: "Scenarios",
            dependencies: [
                "World", "Ingestion", "Evidence", "Judgement", "Engine", "Simulation", "Kafka", "Posix", "Results",
                "Harness", "Bench", "Offsets", "BrokerScript",
            ],
            exclude: ["reference/README.md", "reference/outside.csv", "reference/spark.csv"],
            // The scenario files travel inside the binary, so that it can be copied anywhere. `scenarios` is a link
            // to the folder of that name at the root, where people look for them.
            resources: [.embedInCode("scenarios"), .embedInCode("reference/spark-3.5.7.csv")],
            swiftSettings: settings),
        // Pipelines that somebody else wrote, killed at points of the wire and judged.
        .target(
            name: "Pipelines",
            dependencies: [
                "World", "Judgement", "BrokerScript", "Database", "Kafka", "KafkaProxy", "Posix", "Results",
                "Statistics",
                "Harness",
            ],
            swiftSettings: settings),
        // Two builds compared, exact counts, policies, history.
        .target(
            name: "Gate",
            dependencies: [
                "World", "Ingestion", "Evidence", "Judgement", "Engine", "Simulation", "WriteAheadLog", "Posix",
                "Results", "Statistics", "Harness",
            ],
            swiftSettings: settings),
        // Atlas, swarm and mutants on all cores, with the files they leave.
        .target(
            name: "Campaigns",
            dependencies: [
                "World", "BrokerScript", "Ingestion", "Engine", "Simulation", "Exploration", "Posix", "Results",
                "Harness",
            ],
            swiftSettings: settings),
        // What a guarantee costs: trials, capacity, recovery, plans, ceilings.
        .target(
            name: "Bench",
            dependencies: [
                "World", "Ingestion", "Evidence", "Judgement", "Engine", "WriteAheadLog", "Compression", "Kafka",
                "Posix", "Results", "Statistics", "Harness",
            ],
            swiftSettings: settings),
        // Positions read, written and moved.
        .target(
            name: "Offsets",
            dependencies: ["World", "Engine", "Kafka", "ZooKeeper", "Posix", "Results", "Harness"],
            swiftSettings: settings),
        // What the rooms share: lives, kills, drains, work folders.
        .target(
            name: "Harness",
            dependencies: [
                "World", "Ingestion", "Evidence", "Judgement", "Engine", "Exploration", "WriteAheadLog", "Kafka",
                "KafkaServer", "KafkaNative", "ZooKeeper", "Posix", "Database", "Results", "BrokerScript",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"), .product(name: "Yams", package: "Yams"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: settings),
        // What was found, as values, and what is decided over it.
        .target(
            name: "Results",
            dependencies: ["World", "Ingestion", "Judgement", "Engine", "Simulation", "Exploration", "Statistics"],
            swiftSettings: settings),
        // One document for each result, in every form.
        .target(
            name: "Rendering", dependencies: ["World", "Judgement", "Results", "Statistics"],
            swiftSettings: settings),
        // The bodies of the benchmarks, which the tests run too.
        .target(
            name: "BenchmarkSteps",
            dependencies: [
                "World", "Ingestion", "Judgement", "Engine", "Simulation", "Exploration", "WriteAheadLog", "Checksum",
                "Posix",
            ],
            swiftSettings: settings),
        // Tries every schedule of crashes there is, and makes a failure small.
        .target(
            name: "Exploration",
            dependencies: ["World", "Ingestion", "Evidence", "Judgement", "Engine", "Simulation", "Compression"],
            swiftSettings: settings),
        // The simulated world: the seams in memory.
        .target(
            name: "Simulation",
            dependencies: [
                "World", "Ingestion", "Evidence", "Judgement", "Engine", "BrokerCore", "BrokerScript", "KafkaWire",
            ],
            swiftSettings: settings),
        .target(
            name: "Engine", dependencies: ["World", "Ingestion", "Evidence", "WriteAheadLog", "Checksum"],
            swiftSettings: settings),
        // Knows no engine: deliveries in, what was produced in, what is expected in; verdict out.
        .target(name: "Judgement", dependencies: ["World", "Ingestion", "Evidence"], swiftSettings: settings),
        // What a run leaves for its judge, as bytes: records, loads, rows, journals, ledgers.
        .target(name: "Evidence", dependencies: ["World", "Checksum"], swiftSettings: settings),
        // What a run is, as words that engine and judge share: strategies, sinks, deviations, events.
        .target(name: "Ingestion", dependencies: ["World"], swiftSettings: settings),
        .target(
            name: "WriteAheadLog", dependencies: ["World", "Checksum", "Compression"], swiftSettings: settings),
        // The codecs of logs and of record batches.
        .target(
            name: "Compression", dependencies: ["World", "CZlib", "CSnappy", "CLz4", "CZstd"],
            swiftSettings: settings),
        // Kafka's protocol without I/O: frames, messages of all versions, record batches.
        .target(name: "KafkaWire", dependencies: ["World", "Checksum", "Compression"], swiftSettings: settings),
        // What a broker remembers and decides, without I/O: logs, groups, committed offsets, on a clock passed in.
        .target(name: "BrokerCore", dependencies: ["KafkaWire", "Compression"], swiftSettings: settings),
        // What happens to a broker and its requests, by a script: words, moments and what they come to, without I/O.
        .target(name: "BrokerScript", dependencies: ["World", "KafkaWire"], swiftSettings: settings),
        // The broker behind the real protocol, on one event loop.
        .target(
            name: "KafkaServer",
            dependencies: [
                "World", "KafkaWire", "BrokerCore", "BrokerScript", "Compression", "Sasl", "Posix",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings),
        // Between a pipeline and its broker, on one event loop: what passes is named, counted, stopped, accounted for.
        .target(
            name: "KafkaProxy",
            dependencies: [
                "World", "KafkaWire", "Posix", "Sasl", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings),
        // Names and passwords towards a broker, and what a broker makes of them, without I/O.
        .target(name: "Sasl", dependencies: ["CCrypto"], swiftSettings: settings),
        .target(name: "Kafka", dependencies: ["World", "CRdKafka", "CPlainLoop"], swiftSettings: settings),
        // A client of our own: batches of records come from the socket as they are.
        .target(
            name: "KafkaNative",
            dependencies: ["World", "Checksum", "KafkaWire", "Compression", "Posix", "Sasl", "CTls"],
            swiftSettings: settings),
        .target(
            name: "Database",
            dependencies: [
                "World", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .target(name: "ZooKeeper", dependencies: ["World", "CZooKeeper"], swiftSettings: settings),
        .target(name: "Posix", dependencies: ["World", "CPosixShims", "CFileWatch"], swiftSettings: settings),
        // Pure functions over measurements: the gate's decisions.
        .target(name: "Statistics", dependencies: ["World"], swiftSettings: settings),
        .target(name: "World", swiftSettings: settings),
        .target(name: "Checksum", dependencies: ["CChecksum"], swiftSettings: settings),
        .target(name: "CChecksum"),
        .target(name: "CPosixShims"),
        // Seccomp's notifications: tells of the calls by which a process changes files.
        .target(name: "CFileWatch"),
        // A loop over librdkafka without any Swift in it, as a measure.
        .target(name: "CPlainLoop", linkerSettings: [.linkedLibrary("rdkafka")]),
        .systemLibrary(name: "CRdKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        // Digests and salted passwords, for SASL.
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        // TLS over blocking sockets, of the same library.
        .systemLibrary(name: "CTls", pkgConfig: "libssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLz4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(name: "CSnappy", pkgConfig: "snappy", providers: [.apt(["libsnappy-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CZooKeeper", providers: [.apt(["libzookeeper-mt-dev"])]),

        tests(of: "World"),
        tests(of: "Statistics", also: ["World"]),
        tests(of: "Checksum"),
        tests(of: "Compression"),
        // The frames of real clients lie beside the tests, which read them by path.
        .testTarget(
            name: "KafkaWireTests", dependencies: ["KafkaWire", "World", "Checksum", "Compression"],
            exclude: ["Frames", "schemas.txt"], swiftSettings: settings),
        tests(of: "BrokerCore", also: ["KafkaWire", "Compression"]),
        tests(of: "BrokerScript", also: ["KafkaWire"]),
        tests(of: "Sasl"),
        // Through librdkafka, and through bare sockets for what no client sends.
        tests(
            of: "KafkaServer",
            also: [
                "World", "Compression", "KafkaWire", "BrokerCore", "BrokerScript", "Sasl", "Kafka", "Simulation",
                "CRdKafka",
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        // Between librdkafka and a served broker or the library's mock.
        tests(
            of: "KafkaProxy",
            also: ["World", "KafkaWire", "BrokerCore", "Sasl", "KafkaServer", "Kafka"]),
        tests(of: "Posix", also: ["World"]),
        tests(of: "WriteAheadLog", also: ["World", "Posix", "Checksum", "KafkaWire", "Compression"]),
        // Some tests need what only the library itself can do, such as transactions.
        tests(of: "Kafka", also: ["World", "Posix", "KafkaServer", "CRdKafka"]),
        // Against served brokers, which the library fills, and against sockets that lie.
        tests(
            of: "KafkaNative",
            also: ["World", "KafkaWire", "Compression", "BrokerCore", "BrokerScript", "KafkaServer", "Kafka", "Posix"]),
        tests(of: "Database", also: ["World"]),
        // Which starts a server of its own, as the harness does.
        tests(of: "ZooKeeper", also: ["World", "Harness", "Posix", "CZooKeeper"]),
        tests(of: "Evidence", also: ["World"]),
        tests(of: "Judgement", also: ["World", "Ingestion", "Evidence", "Simulation"]),
        tests(
            of: "Engine",
            also: ["World", "Ingestion", "Evidence", "Judgement", "Simulation", "WriteAheadLog", "Checksum"]),
        tests(of: "Simulation", also: ["World", "Ingestion", "Evidence", "Judgement", "Engine", "BrokerScript"]),
        tests(
            of: "Exploration",
            also: ["World", "Ingestion", "Evidence", "Judgement", "Engine", "Simulation", "Compression"]),
        tests(
            of: "Harness",
            also: [
                "World", "Ingestion", "Evidence", "Judgement", "Engine", "Simulation", "Exploration", "Kafka",
                "KafkaServer", "Posix", "Results", "WriteAheadLog", "BrokerScript",
            ]),
        tests(
            of: "Scenarios",
            also: [
                "World", "Ingestion", "Evidence", "Judgement", "Engine", "Simulation", "Kafka", "Posix", "Results",
                "Harness", "BrokerScript",
            ]),
        tests(
            of: "Pipelines",
            also: ["World", "Judgement", "Kafka", "KafkaProxy", "KafkaServer", "Posix", "Results", "Harness"]),
        tests(of: "Gate", also: ["World", "Ingestion", "Engine", "Results", "Rendering", "Harness"]),
        tests(
            of: "Campaigns",
            also: [
                "World", "Ingestion", "Judgement", "Engine", "Exploration", "Posix", "Results", "Rendering", "Harness",
            ]),
        tests(
            of: "Bench",
            also: ["World", "Ingestion", "Evidence", "Judgement", "Engine", "Posix", "Results", "Harness"]),
        tests(of: "Offsets", also: ["World", "Engine", "Kafka", "KafkaServer", "Posix", "Results", "Harness"]),
        tests(of: "Results", also: ["World", "Ingestion", "Judgement"]),
        tests(of: "Rendering", also: ["World", "Ingestion", "Judgement", "Results"]),
        tests(of: "BenchmarkSteps"),
        // Runs the built binary and compares what it prints.
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "kbench",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings),
        // Runs the fuzzer, and its own parts.
        .testTarget(
            name: "FuzzTests", dependencies: ["Fuzz", "World"], swiftSettings: settings),
        // The house rules: which module may import what.
        .testTarget(name: "HouseRulesTests", swiftSettings: settings),
    ]
)
