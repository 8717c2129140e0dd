// What a scenario's result did not say when an older kbench kept it, filled in as it was then.
public import Foundation

extension ScenarioResult {
    /// JSON with the keys that results had not before they named their schema: nothing of what these are about was there.
    ///
    /// - Throws: what Foundation throws for what is no JSON.
    public static func completed(_ json: Data) throws -> Data {
        guard var result = try JSONSerialization.jsonObject(with: json) as? [String: Any], result["schema"] == nil
        else { return json }
        let none: [String: Any] = [
            "evidence": [String: Any](), "tables": [Any](), "notes": [Any](), "complaints": [Any](),
        ]
        fill(&result, ["fidelity": "sound", "explanation": "", "experiment": none])
        result["runs"] = (result["runs"] as? [[String: Any]])?.map { run in
            var run = run
            // Nothing was skipped yet, so whatever was lost was lost silently.
            fill(
                &run,
                [
                    "lostLoudly": 0, "lostSilently": run["lost"] ?? 0, "walLiveBytes": 0, "orphanBytes": 0,
                    "orphanBytesAtRecovery": 0, "recovery": [String: Any](), "events": [Any](),
                ])
            if var expected = run["expected"] as? [String: Any] {
                fill(&expected, ["refused": false])
                run["expected"] = expected
            }
            return run
        }
        return try JSONSerialization.data(withJSONObject: result)
    }

    private static func fill(_ object: inout [String: Any], _ values: [String: Any]) {
        object.merge(values) { there, _ in there }
    }
}
