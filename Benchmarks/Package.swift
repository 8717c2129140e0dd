// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that building and testing kbench needs nothing of what only measuring needs.
let package = Package(
    name: "kbench-benchmarks",
    dependencies: [
        .package(name: "kbench", path: ".."),
        // Without its traits it needs no allocator of its own; allocations are counted here.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "Micro",
            dependencies: [
                "AllocationCounter", .product(name: "KbenchSteps", package: "kbench"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Micro",
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
        // Thresholds without the framework, for continuous integration.
        .executableTarget(
            name: "Check",
            dependencies: ["AllocationCounter", .product(name: "KbenchSteps", package: "kbench")],
            path: "Check",
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),
        .target(name: "AllocationCounter", path: "AllocationCounter"),
    ]
)
