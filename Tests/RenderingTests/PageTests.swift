// A result as a page: what came from outside is shown and not obeyed, and whoever cannot see the pictures has everything.
import Foundation
import Results
import Testing

@testable import Rendering

@Suite struct PageTests {
    private static let golden = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Golden/page")

    /// The part of a page that differs from result to result.
    private static func main(of page: String) throws -> String {
        let start = try #require(page.range(of: "<main"))
        let end = try #require(page.range(of: "</main>\n"))
        return String(page[start.lowerBound..<end.upperBound])
    }

    /// `KBENCH_UPDATE_GOLDEN=1 swift test --filter PageTests` writes the files anew; look at the pages afterwards.
    @Test(arguments: SamplePages.all)
    func everyPageIsAsItWasAgreed(name: String, result: any Presentable) throws {
        let rendered = try Self.main(of: result.document.html)
        let file = Self.golden.appendingPathComponent("\(name).html")
        if ProcessInfo.processInfo.environment["KBENCH_UPDATE_GOLDEN"] == "1" {
            try Data(rendered.utf8).write(to: file)
        }
        #expect(rendered == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    @Test(arguments: SamplePages.all)
    func whoeverReadsByEarHasAllOfIt(name: String, result: any Presentable) throws {
        let page = result.document.html
        func count(_ text: String) -> Int { page.components(separatedBy: text).count - 1 }
        #expect(count("<h1") == 1 && count("<main") == 1 && count("<header") == 1 && count("<footer") == 1)
        #expect(count("<table") == count("<caption") && count("<table") > 0)
        #expect(count("<figure>") == count("<figcaption") && count("<figure>") == count("<details>"))
        #expect(count("<figure>") == count("role=\"img\" aria-labelledby=\"figure-"))
        #expect(count("<th>") == 0, "each heading says what it is of")
        #expect(Self.unbalanced(page) == nil, "\(Self.unbalanced(page) ?? "")")
    }

    @Test(arguments: SamplePages.all)
    func nothingIsFetched(name: String, result: any Presentable) throws {
        let page = result.document.html
        for word in ["http:", "https:", "//cdn", " src=", "url(", "@import", "<iframe", "<object"] {
            #expect(!page.contains(word), "\(word)")
        }
        #expect(page.contains("default-src 'none'"))
    }

    /// The first end tag that ends something else than what was begun; nil where all fit.
    private static func unbalanced(_ page: String) -> String? {
        let empty: Set = ["meta", "link", "rect", "line", "path", "polygon", "circle", "input"]
        var open: [Substring] = []
        let scriptless = page.replacing(#/<(script|style)>.*?<\/(script|style)>/#.dotMatchesNewlines(), with: "")
        for tag in scriptless.matches(of: #/<(\/?)([a-z0-9]+)[^>]*?>/#) {
            if empty.contains(String(tag.2)) { continue }
            if tag.1.isEmpty {
                open.append(tag.2)
            } else if open.popLast() != tag.2 {
                return "</\(tag.2)>"
            }
        }
        return open.last.map { "<\($0)>" }
    }

    @Test func whatCameFromOutsideIsShownAndNotObeyed() throws {
        let evil = "<script>alert('1')</script>\"&`<b>` *<i>*"
        let table = Table([evil], [.words(evil) { $0 }, .count("n") { $0.count }])
        var document = Document()
        let lane = Timeline.Lane(evil, spans: [.init(kind: 0, from: 0, to: 1)], moments: [.init(evil, at: 1)])
        let kinds: [Figure.Kind] = [
            .heatMap(HeatMap([.init(row: evil, column: evil, duplicates: 1, lost: 0)])),
            .bars(BarChart(unit: evil, [.init(evil, 1, reach: 0...2)])),
            .scatter(ScatterChart(lanes: [evil], unit: evil, [.init(evil, lane: evil, 1)])),
            .timeline(Timeline(kinds: [evil], lanes: [lane])),
            .sequence(Sequence([.init(place: evil, what: evil, part: evil, isPointOfNoReturn: true)])),
            .lives(
                LivesChart(
                    kinds: [evil], bars: [.init(kind: 0, from: 0, to: 1, row: 0)], moments: [.init(evil, at: 1)],
                    courses: [.init(evil, [(1, 1)])])),
            .bars(BarChart(unit: evil, parts: [evil], [.init(evil, parts: [1])])),
            .course(Course(xUnit: evil, yUnit: evil, series: [.init(evil, [(1, 1), (2, 2)])])),
        ]
        let blocks: [Document.Block] = [
            .heading(evil, level: 1), .heading(evil, level: 2), .heading(evil, level: 3), .verdict(evil), .prose(evil),
            .list([evil]), .table(table), .code(evil, label: evil),
        ]
        for block in blocks + kinds.map({ .figure(Figure(title: evil, note: evil, $0, table: table)) }) {
            document.add(block)
        }
        let page = document.html
        #expect(!page.contains("<script>alert") && !page.contains("<b>") && !page.contains("<i>"))
        #expect(page.contains("<h1>&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;<code>&lt;b&gt;</code>"))
        #expect(page.contains("<em>&lt;i&gt;</em>"))
        #expect(Self.unbalanced(page) == nil)
    }

    @Test func numbersThatAFileMayHoldDrawSomething() throws {
        let odd: [Double] = [.infinity, -.infinity, .nan, -1, 0, 1e308, .leastNonzeroMagnitude]
        let table = Table(odd, [.number("n", places: 1) { $0 }])
        let kinds: [Figure.Kind] = [
            .bars(BarChart(unit: "", odd.map { .init("", $0) })),
            .scatter(ScatterChart(lanes: [""], unit: "", base: 1, odd.map { .init("", lane: "", $0) })),
            .timeline(
                Timeline(
                    kinds: [""],
                    lanes: [
                        .init("", spans: odd.map { .init(kind: 0, from: $0, to: $0) }, moments: [.init("", at: .nan)])
                    ])
            ),
            .course(Course(xUnit: "", yUnit: "", series: [.init("", odd.map { ($0, $0) })])),
            .course(spectrum(odd)),
            .heatMap(
                HeatMap([
                    .init(row: "", column: "", duplicates: .max, lost: .max),
                    .init(row: "", column: "", duplicates: -1, lost: .min),
                ])),
            .heatMap(HeatMap([])), .bars(BarChart(unit: "", [])), .timeline(Timeline(kinds: [], lanes: [])),
            .lives(
                LivesChart(
                    kinds: [], bars: odd.map { .init(kind: 3, from: $0, to: $0, row: 0) },
                    moments: [.init("", at: .nan)],
                    courses: [.init("", odd.map { ($0, $0) })])),
            .lives(LivesChart(kinds: [], bars: [], moments: [], courses: [])),
            .bars(BarChart(unit: "", parts: [""], odd.map { .init("", parts: [$0, $0]) })),
            .sequence(Sequence([])), .scatter(ScatterChart(lanes: [], unit: "", [])),
            .course(Course(xUnit: "", yUnit: "", series: [])),
        ]
        for kind in kinds {
            var document = Document()
            document.add(.figure(Figure(title: "odd", kind, table: table)))
            let page = document.html
            #expect(page.contains("<svg") && !page.contains("nan") && !page.contains("\"inf"))
        }
    }

    private func spectrum(_ numbers: [Double]) -> Course {
        var course = Course(xUnit: "", yUnit: "", series: [.init("", numbers.map { ($0, $0) })])
        course.isSpectrum = true
        return course
    }

    @Test func aFigureIsItsTableWhereThereAreNoPictures() {
        var document = Document()
        document.add(
            .figure(
                Figure(
                    title: "Bars:", .bars(BarChart(unit: "s", [.init("a", 2)])),
                    table: Table(["a"], [.words("what") { $0 }, .count("s") { _ in 2 }]))))
        #expect(document.text() == "Bars:\nwhat    s\n----  ---\na       2\n")
        #expect(document.markdown == "Bars:\n\n| what |   s |\n|:-----|----:|\n| a    |   2 |\n")
    }

    @Test func paragraphsAndPointsAreToldApart() {
        let text = "One *word* of 2 * 3 * 4\nand `a<b`.\n\n- first\n- second\n\nA ` alone, and *."
        #expect(
            text.paragraphsHTML
                == "<p>One <em>word</em> of 2 * 3 * 4\nand <code>a&lt;b</code>.</p>\n<ul>\n<li>first</li>\n<li>second</li>\n</ul>\n"
                + "<p>A ` alone, and *.</p>\n")
    }

    @Test("a large page is under 2 MB", arguments: [SamplePages.largeMatrix.document, SamplePages.largeBench.document])
    func size(document: Document) {
        #expect(document.html.utf8.count < 2_000_000)
    }
}

@Suite struct PaletteTests {
    /// The relative luminance of a colour such as `#1c2128`, as WCAG 2 defines it.
    private static func luminance(_ color: String) throws -> Double {
        let number = try #require(Int(color.dropFirst(), radix: 16))
        let parts = [16, 8, 0].map { shift -> Double in
            let part = Double(number >> shift & 255) / 255
            return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }

    private static func contrast(_ one: String, _ other: String) throws -> Double {
        let (a, b) = (try luminance(one), try luminance(other))
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    @Test("every text has a contrast of at least 4.5 to what it stands on", arguments: Palette.texts + Palette.heat)
    func texts(pair: ColorPair) throws {
        for (text, back) in [pair.light, pair.dark] {
            #expect(try Self.contrast(text, back) >= 4.5, "\(pair.name): \(text) on \(back)")
        }
    }

    @Test("quiet words and links also stand on the page, and the page's words on a quiet ground")
    func onOtherGrounds() throws {
        let colors = Dictionary(uniqueKeysWithValues: Palette.texts.map { ($0.name, $0) })
        let page = try #require(colors["page"])
        let quiet = try #require(colors["quiet"])
        let link = try #require(colors["link"])
        for (text, back) in [
            (quiet.light.text, page.light.back), (quiet.dark.text, page.dark.back),
            (page.light.text, quiet.light.back), (page.dark.text, quiet.dark.back),
            (link.light.text, page.light.back), (link.dark.text, page.dark.back),
        ] {
            #expect(try Self.contrast(text, back) >= 4.5, "\(text) on \(back)")
        }
        for (light, dark) in Palette.series {
            #expect(try Self.contrast(light, page.light.back) >= 3 && Self.contrast(dark, page.dark.back) >= 3)
        }
    }
}
