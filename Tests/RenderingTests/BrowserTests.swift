// Pages in a real browser: no error, no request, nothing too wide, and every word readable, bright and dark.
import Foundation
import Rendering
import Results
import Testing

/// A browser without a window.
private enum Browser {
    /// The program; nil where none is installed.
    static let path: String? = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// What the browser makes of a page, as HTML.
    static func document(of page: URL, isDark: Bool) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(path))
        let profile = page.deletingLastPathComponent().appendingPathComponent("profile").path
        process.arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-extensions", "--user-data-dir=\(profile)", "--window-size=1920,1200",
            "--blink-settings=preferredColorScheme=\(isDark ? 0 : 1)", "--allow-file-access-from-files", "--dump-dom",
            page.absoluteString,
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }
}

@Suite(
    "Pages in a browser",
    .enabled(if: Browser.path != nil, "no Chromium is installed: apt-get install chromium"), .serialized)
struct BrowserTests {
    /// What is looked at within each page.
    private static let script = """
        const complaints = [];
        window.told = () => complaints.join("; ").replace(/[<>&]/g, "");
        addEventListener("error", event => complaints.push("error: " + event.message));
        addEventListener("securitypolicyviolation", event => complaints.push("refused: " + event.blockedURI));
        const parts = color => (color.match(/[0-9.]+/g) || []).map(Number);
        const light = color => {
            const [r, g, b] = parts(color).map(v => v / 255)
                .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const ground = element => {
            for (let e = element; e; e = e.parentElement) {
                const color = getComputedStyle(e).backgroundColor, p = parts(color);
                if (p.length < 4 || p[3] > 0) return color;
            }
            return "rgb(255, 255, 255)";
        };
        const check = (doc, width) => {
            const view = doc.defaultView;
            if (doc.documentElement.scrollWidth > width) {
                complaints.push("wider than " + width + ": " + doc.documentElement.scrollWidth);
            }
            for (const figure of doc.querySelectorAll("figure")) {
                const title = figure.querySelector("figcaption").textContent;
                if (!title.trim() || !figure.querySelector("details table tbody")) complaints.push("no table: " + title);
                const mark = figure.querySelector(".plot [data-row]"), told = figure.querySelector(".told");
                if (mark) {
                    mark.dispatchEvent(new view.MouseEvent("click", { bubbles: true }));
                    if (told.hidden || !told.textContent) complaints.push("a click tells nothing: " + title);
                    figure.querySelector(".plot").dispatchEvent(
                        new view.KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
                    if (!figure.querySelector(".chosen")) complaints.push("no key chooses: " + title);
                }
            }
            for (const details of doc.querySelectorAll("details")) details.open = true;
            const seen = new Set();
            for (const element of doc.body.querySelectorAll("*")) {
                const words = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
                if (!words || element.closest("script, style") || element.closest(".skip")) continue;
                const style = view.getComputedStyle(element), isDrawn = element.ownerSVGElement;
                const shape = isDrawn && element.classList.contains("h") && element.previousElementSibling;
                const back = shape ? view.getComputedStyle(shape).fill : ground(isDrawn ? element.ownerSVGElement : element);
                const fore = isDrawn ? style.fill : style.color;
                if (seen.has(fore + back)) continue;
                seen.add(fore + back);
                const [a, b] = [light(fore), light(back)];
                const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                if (contrast < 4.5) complaints.push("contrast " + contrast.toFixed(2) + ": " + element.outerHTML.slice(0, 90));
            }
            const input = doc.querySelector("input[type=search]");
            if (input) {
                input.value = "no-such-word";
                input.dispatchEvent(new view.Event("input"));
                const rows = [...input.closest(".filter").nextElementSibling.querySelectorAll("tbody tr")];
                if (!rows.every(row => row.hidden)) complaints.push("the search hides nothing");
            }
            const fetched = view.performance.getEntriesByType("resource").map(e => e.name);
            if (fetched.some(name => !name.startsWith("data:"))) complaints.push("fetched: " + fetched);
        };
        addEventListener("load", () => check(document, innerWidth));
        """

    /// Shows all pages in one window, each in a frame of its own, and asks each for its complaints.
    private static func complaints(isDark: Bool, width: Int) throws -> [String: String] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-pages-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var frames = ""
        for (index, page) in pages.enumerated() {
            let looked = page.page.replacing(
                "<style>", with: "<script>\(script)</script>\n<style>", maxReplacements: 1)
            try Data(looked.utf8).write(to: folder.appendingPathComponent("\(index).html"))
            frames += "<iframe src=\"\(index).html\" width=\"\(width)\" height=\"800\"></iframe>\n"
        }
        let index = """
            <!doctype html><body>\(frames)<script>
            addEventListener("load", () => {
                const told = [...document.querySelectorAll("iframe")].map(f => f.contentWindow).map(frame => frame.told ? frame.told() : "was not loaded");
                document.body.textContent = JSON.stringify(told);
                document.body.id = "outcome";
            });
            </script>
            """
        let file = folder.appendingPathComponent("index.html")
        try Data(index.utf8).write(to: file)
        let result = try Browser.document(of: file, isDark: isDark)
        let outcome = try #require(result.firstMatch(of: #/<body id="outcome">(.*)<\/body>/#.dotMatchesNewlines()))
        let told = try JSONDecoder().decode([String].self, from: Data(outcome.1.replacing("&amp;", with: "&").utf8))
        return Dictionary(uniqueKeysWithValues: zip(pages.map(\.name), told))
    }

    static let pages: [(name: String, page: String)] =
        SamplePages.all.map { ($0.name, $0.result.document.html) } + [
            ("2,000 cells", SamplePages.largeMatrix.document.html), ("32 rows", SamplePages.largeBench.document.html),
        ]

    @Test("the sliders' formulas are those of the plan")
    func formulas() throws {
        typealias Case = (basis: CostBasis, inputs: CostInputs)
        let plan = SampleBench.costs
        let inputs = try #require(plan.inputs)
        var dear = inputs
        (dear.recordsPerSecond, dear.batchSeconds, dear.crashesPerDay) = (3_300_000, 7, 11)
        dear.prices = PriceSheet(
            currency: "USD", coreHour: 1.5, diskGigabyteMonth: 2, replicas: 2, busyShare: 0.9, millionDuplicates: 3,
            millionLost: 70, hourBehind: 1000)
        var losing = CostBasis()
        (losing.lostBatches, losing.lostRecords, losing.workerRecordsPerSecond) = (0.5, 7, 3_300_000)
        (losing.cpuSecondsPerMillion, losing.restartSeconds) = (1, 0.25)
        var bases = [losing] + (plan.pipelines ?? []).map(\.basis.median)
        if let basis = plan.rows[0].basis { bases += [basis.median, basis.low, basis.high] }
        let cases: [Case] = bases.flatMap { basis in [inputs, dear].map { (basis, $0) } }
        let encoder = JSONEncoder()
        let json = try cases.map {
            "[\(String(decoding: try encoder.encode($0.basis), as: UTF8.self)),"
                + "\(String(decoding: try encoder.encode($0.inputs), as: UTF8.self))]"
        }.joined(separator: ",")
        // Both sliders and fields move the table, and the button takes it back.
        let script = """
            addEventListener("load", () => {
                const table = document.querySelector(".calculator table"), before = table.textContent;
                const [number, range] = document.querySelectorAll(".sliders input"), seen = [];
                const move = (input, value) => {
                    input.value = value;
                    input.dispatchEvent(new Event("input"));
                    seen.push(table.textContent !== before);
                };
                move(number, 700000);
                move(range, 900);
                document.querySelector(".sliders button").click();
                seen.push(table.textContent === before);
                const told = { seen, figures: [\(json)].map(pair => window.kbenchCosts(...pair)) };
                document.body.textContent = JSON.stringify(told);
                document.body.id = "outcome";
            });
            """
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbench-plan-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("plan.html")
        try Data((plan.document.html + "<script>\(script)</script>").utf8).write(to: file)
        let result = try Browser.document(of: file, isDark: false)
        let outcome = try #require(result.firstMatch(of: #/<body id="outcome">(.*)<\/body>/#.dotMatchesNewlines()))
        struct Told: Decodable {
            var seen: [Bool]
            var figures: [CostFigures]
        }
        let told = try JSONDecoder().decode(Told.self, from: Data(outcome.1.utf8))
        #expect(told.seen == [true, true, true])
        #expect(told.figures.count == cases.count)
        for (found, known) in zip(told.figures, cases.map { $0.basis.figures($0.inputs) }) {
            for figure in [
                \CostFigures.cores, \.workers, \.recoverySeconds, \.coresMoney, \.recoveryMoney, \.money,
            ] {
                #expect(Self.isSame(found[keyPath: figure], known[keyPath: figure]), "\(figure)")
            }
            for figure in [
                \CostFigures.logBytes, \.logBytesPerDay, \.kafkaBytes, \.duplicatesPerDay, \.lostPerDay, \.diskMoney,
                \.damageMoney,
            ] {
                #expect(Self.isSame(found[keyPath: figure], known[keyPath: figure]), "\(figure)")
            }
        }
    }

    /// Whether two figures differ by no more than the order of their sums.
    private static func isSame(_ one: Double?, _ other: Double?) -> Bool {
        guard let one, let other else { return one == nil && other == nil }
        return (one - other).magnitude <= 1e-9 * max(one.magnitude, other.magnitude)
    }

    @Test("bright and wide, dark and as narrow as a telephone", arguments: [(false, 1920), (true, 375)])
    func everyPageIsSound(isDark: Bool, width: Int) throws {
        let told = try Self.complaints(isDark: isDark, width: width)
        for page in Self.pages { #expect(told[page.name] == "", "\(page.name)") }
    }
}
