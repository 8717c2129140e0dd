// What is made of what was measured: standings by threshold, and control groups of both versions from their files.
import Harness
import Results
import Testing
import World

@testable import Bench

@Suite("What the doctor makes of what it sees") struct DoctorLookTests {
    @Test(
        "a kernel is known by its version",
        arguments: [
            ("Linux 6.18.0 x86_64", DoctorResult.Standing.ok), ("Linux 5.19-rc1 x86_64", .ok),
            ("Linux 5.15.0-91-generic x86_64", .warning), ("unknown", .warning), ("Linux x", .warning),
        ])
    func kernel(description: String, standing: DoctorResult.Standing) {
        #expect(Doctor.kernel(description).standing == standing)
    }

    @Test(
        "a folder in memory, or over a network, is to be minded",
        arguments: [
            ("ext4", DoctorResult.Standing.ok), ("tmpfs", .warning), ("nfs", .warning), ("overlayfs", .warning),
        ])
    func folder(kind: String, standing: DoctorResult.Standing) {
        let line = DiskLook.folder("results", kind: kind)
        #expect(line.standing == standing && line.found.contains(kind) && (line.mend == nil) == (standing == .ok))
    }

    @Test(
        "syncs are told by percentile; those that reach no device, or take long, are to be minded",
        arguments: [
            (2e-4, 1e-3, DoctorResult.Standing.ok, "p50 200 us"), (1e-6, 2e-6, .warning, "p50 1 us"),
            (0.01, 0.2, .warning, "p99 200 ms"),
        ])
    func syncs(p50: Double, p99: Double, standing: DoctorResult.Standing, words: String) {
        let line = DiskLook.sync(.init(p50: p50, p90: p50, p99: p99, most: p99, count: 400))
        #expect(line.standing == standing && line.found.contains(words), "\(line)")
        #expect(line.figures["p50Seconds"] == p50 && line.figures["p99Seconds"] == p99)
    }

    @Test(
        "free space",
        arguments: [
            (100_000_000 as Int64, DoctorResult.Standing.failure), (1_000_000_000, .warning), (9_000_000_000, .ok),
        ])
    func free(bytes: Int64, standing: DoctorResult.Standing) {
        #expect(DiskLook.free(bytes).standing == standing)
    }

    @Test(
        "cores are steady where the same work takes the same time, alone and with all at work",
        arguments: [(0.02, 0.95, DoctorResult.Standing.ok), (0.3, 0.95, .warning), (0.02, 0.5, .warning)])
    func steadiness(spread: Double, together: Double, standing: DoctorResult.Standing) {
        let line = CoreLook.steady(.init(median: 4e-3, spread: spread, worst: 1.5, together: together))
        #expect(line.standing == standing)
        #expect(line.found.contains("\(DoctorWords.number(spread * 100, places: 1)) %"))
    }

    @Test func aSingleCoreAndOtherWorkAreToBeMinded() {
        #expect(CoreLook.cores(1).standing == .warning && CoreLook.cores(2).standing == .ok)
        #expect(CoreLook.company(load: 0.1, stolen: 0.001, cores: 2).standing == .ok)
        #expect(CoreLook.company(load: 1.9, stolen: nil, cores: 2).standing == .warning)
        #expect(CoreLook.company(load: 0, stolen: 0.2, cores: 2).standing == .warning)
        #expect(CoreLook.company(load: nil, stolen: nil, cores: 2).found == "the system does not say")
    }

    @Test func stolenTimeIsTheEighthNumber() {
        let before = StolenTime("cpu  100 0 100 700 0 0 0 100 0 0\ncpu0 1 2")
        let after = StolenTime("cpu  150 0 100 700 0 0 0 150 0 0\n")
        #expect(after.share(since: before) == 0.5)
        #expect(StolenTime("").share(since: StolenTime("")) == nil)
    }

    @Test(
        "a clock that goes back is no clock; a slow one is to be minded",
        arguments: [
            ("tsc", 2e-8, 0, DoctorResult.Standing.ok), ("kvm-clock", 3e-8, 0, .ok), ("hpet", 2e-6, 0, .warning),
            ("tsc", 2e-6, 0, .warning), ("tsc", 2e-8, 3, .failure), (nil, 2e-8, 0, .ok),
        ] as [(String?, Double, Int, DoctorResult.Standing)])
    func clock(source: String?, cost: Double, backwards: Int, standing: DoctorResult.Standing) {
        let line = ClockLook.clock(source: source, .init(cost: cost, step: 2e-8, gap: 1e-4, backwards: backwards))
        #expect(line.standing == standing && line.found.contains(source ?? "unknown"))
    }

    @Test func theTimeOfDayMayNotStep() {
        #expect(ClockLook.wall(drift: 1).standing == .ok && ClockLook.wall(drift: -250).standing == .warning)
    }

    /// Files of control groups: of the second version, of the first, and of a container that sees its own as the root.
    static let groups: [(files: [String: String], limits: (memory: Double?, cores: Double?, processes: Double?))] = [
        (
            [
                "/proc/self/cgroup": "0::/a/b\n", "/sys/fs/cgroup/a/b/memory.max": "max\n",
                "/sys/fs/cgroup/a/memory.max": "1000000\n", "/sys/fs/cgroup/a/b/cpu.max": "150000 100000\n",
                "/sys/fs/cgroup/a/cpu.max": "max 100000\n", "/sys/fs/cgroup/a/b/pids.max": "50\n",
            ], (1_000_000, 1.5, 50)
        ),
        (
            [
                "/proc/self/cgroup": "4:memory:/x\n3:cpu,cpuacct:/x\n2:pids:/\n1:name=systemd:/x\n",
                "/sys/fs/cgroup/memory/x/memory.limit_in_bytes": "2000000\n",
                "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
                "/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us": "50000\n",
                "/sys/fs/cgroup/cpu/x/cpu.cfs_period_us": "100000\n", "/sys/fs/cgroup/pids/pids.max": "max\n",
            ], (2_000_000, 0.5, nil)
        ),
        (
            ["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "garbage\n", "/sys/fs/cgroup/memory.max": "7\n"],
            (7, nil, nil)
        ),
        ([:], (nil, nil, nil)), (["/proc/self/cgroup": "no line of it\n::\n"], (nil, nil, nil)),
    ]

    @Test("the narrowest bound counts, of a control group and all above it", arguments: groups.indices)
    func limits(index: Int) {
        let (files, limits) = Self.groups[index]
        let found = GroupLimits { files[$0] }
        #expect(found.memory == limits.memory && found.cores == limits.cores && found.processes == limits.processes)
    }

    @Test func limitsAreJudged() {
        #expect(LimitLook.memory(available: 8e9, group: nil, process: nil).standing == .ok)
        #expect(LimitLook.memory(available: 8e9, group: 5e8, process: nil).standing == .warning)
        #expect(LimitLook.memory(available: 8e9, group: nil, process: 1e8).standing == .failure)
        #expect(LimitLook.memory(available: nil, group: nil, process: nil).found == "the system does not say")
        #expect(LimitLook.files(100).standing == .failure && LimitLook.files(1_000_000).standing == .ok)
        var limits = GroupLimits { _ in nil }
        #expect(LimitLook.quota(limits, cores: 2).standing == .ok)
        limits.cores = 1
        #expect(LimitLook.quota(limits, cores: 2).standing == .warning)
    }

    @Test func aRightThatIsMissingIsNamedWithWhoCanGiveIt() {
        let refused = BrokerLook.tried(BrokerLook.create) {
            throw BrokerError(.notAllowed, "create topic x: Topic authorization failed", location: "x")
        }
        #expect(refused.standing == .failure && refused.found.hasPrefix("the right is missing: "))
        #expect(refused.mend?.contains("CREATE") == true)
        let failed = BrokerLook.tried(BrokerLook.fetch) { throw BrokerError(.timedOut, "nothing came", location: "x") }
        #expect(failed.standing == .failure && failed.found.contains("nothing came"), "\(failed)")
        #expect(failed.mend?.contains("READ") == false)
        #expect(BrokerLook.tried(BrokerLook.fetch) {}.standing == .ok)
    }

    @Test func obstaclesAreTold() {
        #expect(RightsLook.files(obstacle: nil).standing == .ok)
        #expect(RightsLook.files(obstacle: "EPERM").found.contains("EPERM"))
        #expect(RightsLook.behindCalls(obstacle: "EPERM").standing == .warning)
        #expect(RightsLook.processes(isReadable: false).mend?.contains("/proc") == true)
    }
}
