// Plants a bug in the engine of a simulated run.
internal import Engine
internal import Simulation
internal import World

extension SimulatedRun {
    func plant(_ bug: PlantedBug) {
        switch bug {
        case .blockLogNeverSynced: configuration.fidelity = Fidelity([.skipsLogSync])
        }
    }
}
