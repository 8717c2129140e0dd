// Progress for a person who waits: a bar on standard error, only when it is a terminal.
internal import Foundation

/// Draws progress on one line that it keeps overwriting.
package struct ProgressBar {
    private let isTerminal: Bool
    private let width: Int
    private let write: (String) -> Void
    private var shown = ""

    /// Makes a bar of `width` columns; it stays silent unless `isTerminal`. It writes to standard error unless `write`
    /// says otherwise.
    package init(isTerminal: Bool, width: Int = 80, write: ((String) -> Void)? = nil) {
        self.isTerminal = isTerminal
        self.width = width
        self.write = write ?? { FileHandle.standardError.write(Data($0.utf8)) }
    }

    /// Shows that `fraction` (0 to 1) of the work is done and `label` is under way.
    package mutating func show(_ fraction: Double, _ label: String) {
        guard isTerminal else { return }
        let line = ProgressBar.line(fraction: fraction, label: label, width: width)
        guard line != shown else { return }
        shown = line
        write("\r\(line)")
    }

    /// Takes the bar away, so that what follows begins on an empty line.
    package mutating func finish() {
        guard isTerminal, !shown.isEmpty else { return }
        write("\r\(String(repeating: " ", count: shown.count))\r")
        shown = ""
    }

    /// The bar as text of exactly `width` columns: `[#####-----]  50 % label`.
    package static func line(fraction: Double, label: String, width: Int) -> String {
        let part = fraction.isFinite ? min(max(fraction, 0), 1) : 0
        let cells = max(5, min(30, width / 3))
        let filled = Int((part * Double(cells)).rounded(.down))
        let percent = String(Int((part * 100).rounded(.down)))
        let bar = "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: cells - filled) + "]"
        let text = "\(bar) \(String(repeating: " ", count: 3 - percent.count))\(percent) % \(label)"
        // A line longer than the terminal would wrap, and a carriage return cannot take back a wrapped line.
        return String((text + String(repeating: " ", count: max(0, width - text.count))).prefix(width))
    }
}
