// Arms faults for one life of a run.
internal import Engine
internal import Evidence
internal import Ingestion
public import World

extension SimulatedRun {
    /// Sets the faults of the next life, and of that one only. One that ends the life is thrown by it as the engine's own
    /// error: `DiskError`, `BrokerError`, `LogError` or `EngineError`.
    public func arm(_ faults: [Fault]) { armed = faults }

    /// As ``live(crash:as:offsets:)``, with an error of the engine taken for the end of the life that it is.
    ///
    /// - Returns: the error that ended the life; nil when it ended by itself or by the crash.
    public func liveWithFaults(_ faults: [Fault], crash: ArmedCrash? = nil) -> (any Error)? {
        arm(faults)
        do {
            try live(crash: crash)
            return nil
        } catch {
            return error
        }
    }

    /// Puts what is armed into the disk and the broker.
    func installFaults(_ configuration: EngineConfiguration) {
        guard !armed.isEmpty else { return }
        let faults = ArmedFaults(
            armed, clock: clock, state: configuration.directory,
            sparing: [
                RunFolder.sink(of: configuration.directory), RunFolder.evidence(of: configuration.directory),
            ],
            firstWanted: { [unowned self] in firstWanted(of: $0, configuration) })
        armed = []
        installed = faults
        disk.faults = faults
        disk.freeBytes = faults.freeBytes
        broker.faults = faults
    }

    /// Takes out what was installed.
    func removeFaults() {
        guard let faults = installed else { return }
        struck = faults.struck
        installed = nil
        disk.faults = nil
        disk.freeBytes = nil
        broker.faults = nil
    }

    /// The first offset of a partition that a restart, at this moment or later, may read again.
    private func firstWanted(of partition: Partition, _ configuration: EngineConfiguration) -> Offset {
        let index = Int(partition)
        let state = disk.copy()
        let known: Offset? =
            switch configuration.strategy.traits.offsets {
            case .nobody: broker.ends[index]
            case .group:
                broker.groups[configuration.group]?[index]
            case .checkpoint:
                (try? SavedState.checkpoint(in: configuration.directory, disk: state).positions())?.offset(of: index)
            case .offsetLog:
                (try? SavedState.offsetLog(in: configuration.directory, disk: state).positions())?.offset(of: index)
            case .sink: stores.lowestOffset(of: partition)
            }
        return known ?? configuration.starts[index]
    }
}

extension Positions {
    /// Where a partition goes on; nil where nothing says so.
    fileprivate func offset(of partition: Int) -> Offset? {
        partition < offsets.count ? offsets[partition] : nil
    }
}
