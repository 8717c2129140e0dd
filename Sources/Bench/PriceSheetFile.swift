// Reads a price sheet from YAML: every key known, every price within its range.
package import Harness
package import Results

/// Reads price sheets.
package enum PriceSheetFile {
    /// A key that holds a number.
    private struct Key: Sendable {
        var name: String
        var range: ClosedRange<Double>
        var set: @Sendable (inout PriceSheet, Double) -> Void
    }

    /// Money: from nothing to more than anything costs.
    private static let money = 0.0...1e9

    private static let keys = [
        Key(name: "core-hour", range: money) { $0.coreHour = $1 },
        Key(name: "disk-gb-month", range: money) { $0.diskGigabyteMonth = $1 },
        Key(name: "replicas", range: 1...10) { $0.replicas = $1 },
        Key(name: "busy-percent", range: 1...100) { $0.busyShare = $1 / 100 },
        Key(name: "million-duplicates", range: money) { $0.millionDuplicates = $1 },
        Key(name: "million-lost", range: money) { $0.millionLost = $1 },
        Key(name: "hour-behind", range: money) { $0.hourBehind = $1 },
    ]
    private static let currency = "currency"

    /// Reads the sheet in the file at `path`.
    ///
    /// - Throws: ``ScenarioError`` with file, line and key.
    package static func read(_ path: String) throws(ScenarioError) -> PriceSheet {
        try sheet(of: YAMLValue.root(ofFile: path))
    }

    /// Reads the sheet in `text`; `file` is what errors call it. A key that is left out has the example's value.
    ///
    /// - Throws: ``ScenarioError`` with file, line and key.
    package static func parse(_ text: String, file: String) throws(ScenarioError) -> PriceSheet {
        try sheet(of: YAMLValue.root(of: text, file: file))
    }

    private static func sheet(of root: YAMLValue) throws(ScenarioError) -> PriceSheet {
        let top = try root.mapping(known: [currency] + keys.map(\.name))
        var sheet = PriceSheet.example
        for (name, value) in top.values {
            guard let key = keys.first(where: { $0.name == name }) else {
                let word = try value.text()
                guard (1...8).contains(word.count) else {
                    throw value.error(
                        .impossibleValue, "'\(word)' is no name of a currency", fix: "write at most 8 letters: EUR")
                }
                sheet.currency = word
                continue
            }
            key.set(&sheet, try value.number(in: key.range))
        }
        return sheet
    }
}

extension YAMLValue {
    /// A number, whole or not.
    fileprivate func number(in range: ClosedRange<Double>) throws(ScenarioError) -> Double {
        let text = try text()
        guard let number = Double(text), range.contains(number) else {
            func plain(_ bound: Double) -> String { "\(Int(bound))" }
            throw error(
                .impossibleValue,
                "'\(text)' is no number from \(plain(range.lowerBound)) to \(plain(range.upperBound))",
                fix: "write one, such as \(key): \(plain(max(1, range.lowerBound)))")
        }
        return number
    }
}
