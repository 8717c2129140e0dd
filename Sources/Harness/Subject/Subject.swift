// What is started, killed, asked to stop and drained: the engine's worker, or any command.
internal import Posix
package import World

/// Something that takes records in and puts records out, life after life on one state.
package protocol Subject: Sendable {
    /// What a life is told beyond what all lives are told.
    associatedtype Orders: Sendable
    /// Says how far it has come.
    associatedtype Gauge: ProgressGauge

    /// Starts a life and waits for its end. `during` runs meanwhile and is cancelled at the end; when it throws, the life
    /// is killed.
    ///
    /// - Throws: what `during` throws, or an error of starting.
    func live(_ orders: Orders, during: @escaping @Sendable (Life) async throws -> Void) async throws -> LifeEnding

    /// A gauge of what all lives until now have put out.
    ///
    /// - Throws: what opening its source throws.
    func gauge(of orders: Orders) throws -> Gauge
}

/// Says how many records a subject has put out. One thread uses it.
package protocol ProgressGauge {
    /// The records until now. Blocks.
    ///
    /// - Throws: what reading its source throws.
    mutating func delivered() throws -> Int
}

/// A life that is under way: a process that leads a group of its own.
package struct Life: Sendable {
    package let process: Int32
    /// What all its processes have in their environment as ``RunMark/variable``; nil: nothing.
    var mark: String?

    /// SIGKILL to the process and to all that it has started: in its group, and wherever its mark is found.
    package func kill() {
        Processes.endGroup(of: process, atOnce: true)
        if let mark { RunMark.end(mark) }
    }

    /// Whether it, or something that it has started, waits for a disk just now.
    package var isBlocked: Bool {
        let marked = mark.map { mark in Processes.marked(RunMark.variable) { $0 == mark } } ?? []
        return (Processes.descendants(of: process) + marked + [process]).contains(where: Processes.isBlocked)
    }

    /// SIGTERM to the process and to all that it has started in its group.
    package func askToStop() { Processes.endGroup(of: process, atOnce: false) }
}

/// How a life ended.
package struct LifeEnding: Equatable, Sendable {
    package enum Exit: Equatable, Sendable {
        /// It processed all input, or left in order.
        case finished
        /// It died of SIGKILL.
        case killed
        /// It gave up and said why.
        case failed(Diagnosis)
    }

    package var exit: Exit
    /// When the end was noticed, on the monotonic clock.
    package var at: Nanoseconds
    /// What it printed.
    package var output: String
}

extension Subject {
    /// Runs one life that dies `death`; `signal` says when, for a death from outside.
    ///
    /// - Throws: as ``live(_:during:)``.
    package func live(
        _ orders: Orders, dying death: Death, signal: SharedFlag = SharedFlag()
    ) async throws -> LifeEnding {
        try await live(orders) { life in
            switch death {
            case .none, .points: return
            case .time(let delay): try await Task.sleep(for: delay)
            case .outside: try await wait { { signal.isSet } }
            case .deliveredCount(let count):
                try await wait {
                    var gauge = try gauge(of: orders)
                    return { try gauge.delivered() >= count }
                }
            }
            life.kill()
        }
    }

    /// Runs lives until one has processed all input: the first dies `death`, those after it are left alone.
    ///
    /// - Returns: how each ended, the last one in order.
    /// - Throws: ``Diagnosis`` when one gives up, or when too many are killed; else as ``live(_:during:)``.
    package func drain(
        _ orders: Orders, dying death: Death = .none, signal: SharedFlag = SharedFlag()
    ) async throws -> [LifeEnding] {
        var ends: [LifeEnding] = []
        while ends.count < RunExecutor.mostLives {
            let end = try await live(orders, dying: ends.isEmpty ? death : .none, signal: signal)
            try Task.checkCancellation()
            ends.append(end)
            switch end.exit {
            case .finished: return ends
            case .failed(let diagnosis): throw diagnosis
            case .killed: continue
            }
        }
        throw Diagnosis(
            cause: "it was killed \(RunExecutor.mostLives) times without finishing",
            fix: "look for who kills it, or raise the limit of memory", exitCode: .invalidRun)
    }

    /// Waits on a plain thread for what `condition` makes there; a cancellation ends the wait.
    private func wait(for condition: @escaping @Sendable () throws -> () throws -> Bool) async throws {
        let isOver = SharedFlag()
        try await withTaskCancellationHandler {
            try await BlockingThread.run {
                let isReached = try condition()
                while try !isOver.isSet && !isReached() { MonotonicClock().sleep(1_000_000) }
            }
        } onCancel: {
            isOver.set()
        }
        try Task.checkCancellation()
    }
}
