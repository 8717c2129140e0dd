// Where a served broker is told what to do.
internal import ArgumentParser
internal import Foundation
internal import Harness

/// The control socket: at a path, or by the broker's port.
enum BrokerControl {
    /// Where the broker of a port listens for orders, unless told otherwise.
    static func path(ofPort port: Int) -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("kbench-broker-\(port).sock").path
    }
}
