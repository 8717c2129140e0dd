// The runs of a judged pipeline as cases of a test, in the form that systems of continuous integration read.
package import Results

extension JudgeResult {
    /// One case for each run: broken is a failure, what shows nothing an error.
    package var junit: String {
        let standings = runs.map { run -> (word: String, reason: String)? in
            run.emptiness.map { ("error", $0) } ?? run.broken.map { ("failure", $0) }
        }
        let failures = standings.count { $0?.word == "failure" }
        let errors = standings.count { $0?.word == "error" }
        let seconds = runs.reduce(0) { $0 + $1.seconds }
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#,
            "<testsuite name=\"kbench judge \(Self.escaped(pipeline))\" tests=\"\(runs.count)\" failures=\"\(failures)\" "
                + "errors=\"\(errors)\" time=\"\(seconds)\">",
        ]
        for (run, standing) in zip(runs, standings) {
            let name =
                "classname=\"\(Self.escaped(pipeline))\" name=\"\(Self.escaped(run.name))\" time=\"\(run.seconds)\""
            guard let standing else {
                lines.append("  <testcase \(name)/>")
                continue
            }
            lines += [
                "  <testcase \(name)>",
                "    <\(standing.word) message=\"\(Self.escaped(standing.reason))\">\(Self.escaped(run.reproduce))"
                    + "</\(standing.word)>",
                "  </testcase>",
            ]
        }
        if !findings.isEmpty {
            let text = findings.map { "\($0.name): \($0.detail)" }.joined(separator: "\n")
            lines.append("  <system-out>\(Self.escaped(text))</system-out>")
        }
        return (lines + ["</testsuite>"]).joined(separator: "\n") + "\n"
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t": result.append(character)
            // No other control character may stand in XML.
            default: if character.unicodeScalars.allSatisfy({ $0.value >= 32 }) { result.append(character) }
            }
        }
    }
}
