// What a machine is good for: versions, folder, clock, cores, limits, rights and a broker, each with what it means.
internal import Compression
public import Harness
internal import Kafka
internal import Posix
public import Results
internal import World

/// Looks at what runs would use. Nothing is left behind. It blocks, for some two seconds and what a broker takes.
public struct Doctor: Sendable {
    private let folder: String
    private let options: RunOptions

    /// - Parameters:
    ///   - folder: Where results would be kept; it need not be there.
    ///   - options: The broker that is meant, and kbench's version.
    public init(folder: String, options: RunOptions) {
        self.folder = folder
        self.options = options
    }

    /// Looks at everything.
    ///
    /// - Throws: ``Diagnosis`` or `BrokerError` for options that cannot be tried; what is wrong with the machine or the
    ///   broker is a line of the result.
    public func examine() throws -> DoctorResult {
        let clock = MonotonicClock()
        let begin = clock.now()
        let wall = WallClock.now()
        let stolen = StolenTime.now()
        var lines = [versions, kernel]
        lines += DiskLook(folder).lines()
        lines += CoreLook.lines(stolenBefore: stolen)
        lines += LimitLook.lines()
        lines += [RightsLook.files, RightsLook.behindCalls, RightsLook.processes]
        let broker = try BrokerLook(options).lines()
        lines += broker.lines
        // The clock is looked at over all of that.
        lines += ClockLook.lines(monotonicBefore: begin, wallBefore: wall)
        return DoctorResult(
            lines, isBrokerGone: broker.isGone, seconds: Double(clock.now() - begin) / 1e9)
    }

    private var versions: DoctorResult.Line {
        DoctorResult.Line(
            "versions",
            found: "kbench \(options.version), librdkafka \(KafkaLibrary.version), zstd \(ZstandardLibrary.version)",
            means: "results of other versions may be compared, but not taken for the same")
    }

    private var kernel: DoctorResult.Line { Doctor.kernel(Processes.kernelDescription()) }

    /// The kernel by its description, such as `Linux 6.1.0-18-amd64 x86_64`.
    static func kernel(_ description: String) -> DoctorResult.Line {
        let numbers = description.split(separator: " ").dropFirst().first?.split { !$0.isNumber }.prefix(2)
            .compactMap { Int($0) }
        let means = "points beside calls on files (kbench judge) need Linux 5.19 or later"
        guard let numbers, numbers.count == 2 else {
            return .init(
                "kernel", .warning, found: description, means: means, mend: "use a Linux that says its version")
        }
        let isNew = (numbers[0], numbers[1]) >= (5, 19)
        return .init(
            "kernel", isNew ? .ok : .warning, found: description, means: means,
            mend: "update the kernel, or leave out points of files")
    }
}

/// Numbers as people read them.
enum DoctorWords {
    /// With so many decimals at most.
    static func number(_ value: Double, places: Int = 2) -> String {
        let scale = places == 0 ? 1 : places == 1 ? 10.0 : 100.0
        return NumberCheck.plain((value * scale).rounded() / scale)
    }

    /// Bytes in the unit that fits.
    static func bytes(_ bytes: Double) -> String {
        for (unit, size) in [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)] where bytes >= size {
            return "\(number(bytes / size, places: 1)) \(unit)"
        }
        return "\(number(bytes, places: 0)) bytes"
    }

    /// Seconds in the unit that fits.
    static func time(_ seconds: Double) -> String {
        switch seconds {
        case 1...: "\(number(seconds)) s"
        case 1e-3...: "\(number(seconds * 1e3)) ms"
        case 1e-6...: "\(number(seconds * 1e6, places: 1)) us"
        default: "\(number(seconds * 1e9, places: 0)) ns"
        }
    }
}
