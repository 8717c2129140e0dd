// Cases in the form that systems of continuous integration read: JUnit's XML.
internal import Foundation

extension Judged {
    /// One case for each check: broken is a failure, what shows nothing an error.
    package var junit: String {
        let checks = checks
        var counts = (failures: 0, errors: 0)
        var cases: [String] = []
        for check in checks {
            var name = "classname=\"\(xml(suite))\" name=\"\(xml(check.name))\""
            if let seconds = check.seconds { name += " time=\"\(time(seconds))\"" }
            let word: String
            switch check.standing {
            case .passed:
                cases.append("  <testcase \(name)/>")
                continue
            case .failed:
                counts.failures += 1
                word = "failure"
            case .invalid:
                counts.errors += 1
                word = "error"
            }
            cases += [
                "  <testcase \(name)>",
                "    <\(word) message=\"\(xml(check.fault ?? ""))\">\(xml(check.reproduce))</\(word)>",
                "  </testcase>",
            ]
        }
        if !remarks.isEmpty { cases.append("  <system-out>\(xml(remarks.joined(separator: "\n")))</system-out>") }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuite name="\(xml(suite))" tests="\(checks.count)" failures="\(counts.failures)" \
            errors="\(counts.errors)" time="\(time(checks.reduce(0) { $0 + ($1.seconds ?? 0) }))">
            \(cases.joined(separator: "\n"))
            </testsuite>

            """
    }
}

/// Seconds as the format has them: in full milliseconds.
private func time(_ seconds: Double) -> String { String(format: "%.3f", max(0, seconds)) }

/// Text as it stands in XML, which no control characters may.
private func xml(_ text: String) -> String {
    text.reduce(into: "") { result, character in
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "\n", "\t": result.append(character)
        default: if character.unicodeScalars.allSatisfy({ $0.value >= 32 }) { result.append(character) }
        }
    }
}
