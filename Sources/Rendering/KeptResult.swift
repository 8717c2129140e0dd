// A result that was kept as JSON, found again in its folder and known by its schema.
internal import Foundation
package import Results

/// A result as it lies in a file.
package struct KeptResult: Sendable {
    /// The file.
    package let path: String
    /// The schema that it names, or that its file's name stands for.
    package let schema: String
    /// The command that repeats it; nil where it does not say.
    package let reproduce: String?
    /// When it began, in UTC; nil where it does not say.
    package let startedAt: String?
    private let json: Data

    /// What is read of any result.
    private struct Head: Decodable {
        var schema: String?
        var version: Int?
        var reproduce: String?
        var startedAt: String?
    }

    /// What files hold whose JSON does not say it, as an older kbench wrote them.
    private static let names = [
        "run.json": ScenarioResult.schema.name, "bench.json": BenchResult.schema.name,
        "counts.json": ExactFigures.schema.name,
    ]

    /// What can be rendered, by schema.
    static let types: [String: any Presentable.Type] = {
        let all: [any Presentable.Type] = [
            ScenarioResult.self, ScenarioListResult.self, CrashPointsResult.self, MatrixResult.self,
            ReferenceResult.self, ClaimsResult.self, BenchResult.self, RecoveryResult.self, CapacityResult.self,
            PlanResult.self, JudgeResult.self, CeilingsResult.self, AtlasResult.self, SwarmResult.self,
            MutantsResult.self, ReplayResult.self, ShrinkResult.self, RecordLifeResult.self, ExactFigures.self,
            BuildComparison.self, CalibrationResult.self, GateResult.self, HistoryResult.self, OffsetsResult.self,
            ResultListResult.self, LeagueResult.self, DiffResult.self, DoctorResult.self,
            EstimateResult.self,
        ]
        return Dictionary(uniqueKeysWithValues: all.map { ($0.schema.name, $0) })
    }()

    /// Finds the result of a folder, or reads a file.
    ///
    /// - Throws: ``ResultsError`` naming what is not there or is no result.
    package init(at place: String) throws(ResultsError) {
        let path = try KeptResult.file(of: place)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ResultsError(
                .notAllowed, "the file cannot be read", fix: "check its name and its permissions", at: path)
        }
        let name = URL(fileURLWithPath: path).lastPathComponent
        guard let head = try? JSONDecoder().decode(Head.self, from: data) else {
            throw ResultsError(
                .notAResult, "the file is no JSON object", fix: "name a file that --format json has written", at: path)
        }
        guard let schema = head.schema ?? KeptResult.names[name] else {
            throw ResultsError(
                .notAResult, "the JSON names no schema, so it is no result of kbench",
                fix: "name a file that --format json has written, or the folder of a run", at: path)
        }
        (self.path, self.schema, json) = (path, schema, data)
        startedAt = head.startedAt
        let command = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("command")
        reproduce = head.reproduce ?? KeptResult.line(of: command.path)
    }

    /// The result itself.
    ///
    /// - Throws: ``ResultsError`` naming the schema that cannot be rendered, or what of the JSON is not as it must be.
    package func result() throws(ResultsError) -> any Presentable {
        guard let type = KeptResult.types[schema] else {
            let fix =
                switch schema {
                case "kbench.capsule", "kbench.judge-run": "tell one of its records: kbench explain \(path)"
                default:
                    "use the kbench that wrote it; this one renders \(KeptResult.types.keys.sorted().joined(separator: ", "))"
                }
            throw ResultsError(.notAResult, "\(schema) is no result that can be rendered", fix: fix, at: path)
        }
        do {
            return try type.init(json: json)
        } catch {
            throw ResultsError(
                .notAResult, "the JSON is no \(schema) as this kbench knows it: \(KeptResult.words(for: error))",
                fix: "use the kbench that wrote it", at: path)
        }
    }

    /// The file of a folder that holds its result; a file is what it is.
    private static func file(of place: String) throws(ResultsError) -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: place, isDirectory: &isFolder) else {
            throw ResultsError(
                .notAResult, "there is no such file or folder", fix: "kbench list shows what has been kept", at: place)
        }
        guard isFolder.boolValue else { return place }
        let files = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        let known = ["result.json"] + names.keys.sorted()
        guard
            let name = known.first(where: files.contains)
                ?? files.filter({ $0.hasSuffix(".json") && !ResultsFolder.ownNames.contains($0) }).sorted().first
        else {
            if files.contains(ResultsFolder.stepsFile) {
                throw ResultsError(
                    .notAResult, "its command was interrupted, or still runs",
                    fix: "go on with it: kbench again \(place)", at: place)
            }
            throw ResultsError(
                .notAResult, "the folder holds no result", fix: "name the folder of one run: kbench list shows them",
                at: place)
        }
        return place.hasSuffix("/") ? place + name : "\(place)/\(name)"
    }

    /// The first line of a file; nil where there is none.
    private static func line(of path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").first.map(String.init)
    }

    /// What is wrong with JSON, in a line.
    private static func words(for error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context): "\(place(context.codingPath + [key])) is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "\(place(context.codingPath)) is of another kind"
        case DecodingError.dataCorrupted(let context):
            context.codingPath.isEmpty
                ? context.debugDescription : "\(place(context.codingPath)): \(context.debugDescription)"
        default: "\(error)"
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
}

extension ResultListResult {
    /// What has been kept below a folder, by name; a link is left out, as it shows one of the others.
    ///
    /// - Throws: ``ResultsError`` where there is no such folder.
    package static func inside(_ base: String) throws(ResultsError) -> ResultListResult {
        let root = URL(fileURLWithPath: base, isDirectory: true)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: base) else {
            throw ResultsError(
                .notAFolder, "there is no folder that can be read", fix: "name another with --out", at: base)
        }
        var entries: [Entry] = []
        for name in names.sorted() where !name.hasPrefix(".") {
            let folder = root.appendingPathComponent(name)
            let values = try? folder.resourceValues(forKeys: [.isDirectoryKey, .isSymbolicLinkKey])
            guard values?.isDirectory == true, values?.isSymbolicLink != true else { continue }
            let place = base.hasSuffix("/") ? base + name : "\(base)/\(name)"
            guard let kept = try? KeptResult(at: place) else {
                if FileManager.default.fileExists(atPath: "\(place)/\(ResultsFolder.stepsFile)") {
                    entries.append(
                        Entry(
                            folder: place, schema: "unfinished",
                            verdict: "UNFINISHED interrupted, or still running: kbench again goes on", canRepeat: true))
                }
                continue
            }
            do throws(ResultsError) {
                let verdict = try kept.result().document.verdict
                entries.append(
                    Entry(
                        folder: place, schema: kept.schema, startedAt: kept.startedAt, verdict: verdict,
                        canRepeat: kept.reproduce != nil))
            } catch {
                entries.append(Entry(folder: place, schema: kept.schema, problem: error.message))
            }
        }
        return ResultListResult(entries)
    }
}

extension Document {
    /// What it all comes to; nil where no line says so.
    var verdict: String? {
        for case .verdict(let text) in blocks(for: .terminal) { return text }
        return nil
    }
}
