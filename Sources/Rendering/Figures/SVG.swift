// A drawing in the making: shapes and words at places, as text.

/// A drawing.
struct SVG {
    /// In pixels; a narrow screen scrolls, so that words keep their size.
    private(set) var width: Double
    private(set) var height: Double
    /// What stands at the left and at the top while the rest is scrolled, in pixels; 0 for nothing.
    let left: Double
    private let top: Double
    private var body = ""
    private var names = ""
    private var heads = ""

    init(width: Double, height: Double, left: Double = 0, top: Double = 0) {
        self.width = SVG.sound(width)
        self.height = SVG.sound(height)
        // The axis' first number stands across the line.
        self.left = max(0, SVG.sound(left) - 6)
        self.top = SVG.sound(top)
    }

    /// A number that a file from outside may have made of anything.
    private static func sound(_ number: Double) -> Double {
        number.isFinite ? max(-1e6, min(1e6, number)) : 0
    }

    /// A coordinate, to a tenth of a pixel.
    static func text(_ number: Double) -> String {
        let tenths = Int((sound(number) * 10).rounded())
        let (whole, part) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
        return (tenths < 0 ? "-" : "") + "\(whole)" + (part == 0 ? "" : ".\(part)")
    }

    /// A width that the longest of some texts fits into, at the size that figures have.
    static func width(of texts: [String]) -> Double { 7.2 * Double(texts.map(\.count).max() ?? 0) }

    /// Begins the mark of a row of the table.
    mutating func open(row: Int) { body += "<g data-row=\"\(row)\">" }

    /// Ends it.
    mutating func close() { body += "</g>\n" }

    mutating func rect(x: Double, y: Double, width: Double, height: Double, style: String) {
        body += "<rect class=\"\(style)\" x=\"\(SVG.text(x))\" y=\"\(SVG.text(y))\""
        body += " width=\"\(SVG.text(max(0, width)))\" height=\"\(SVG.text(max(0, height)))\"/>"
    }

    mutating func line(_ from: (x: Double, y: Double), _ to: (x: Double, y: Double), style: String) {
        body += "<line class=\"\(style)\" x1=\"\(SVG.text(from.x))\" y1=\"\(SVG.text(from.y))\""
        body += " x2=\"\(SVG.text(to.x))\" y2=\"\(SVG.text(to.y))\"/>"
    }

    mutating func path(_ points: [(x: Double, y: Double)], style: String) {
        guard !points.isEmpty else { return }
        let steps = points.map { "\(SVG.text($0.x)) \(SVG.text($0.y))" }
        body += "<path class=\"\(style)\" d=\"M\(steps.joined(separator: "L"))\"/>"
    }

    /// A closed shape.
    mutating func shape(_ points: [(x: Double, y: Double)], style: String) {
        let corners = points.map { "\(SVG.text($0.x)),\(SVG.text($0.y))" }
        body += "<polygon class=\"\(style)\" points=\"\(corners.joined(separator: " "))\"/>"
    }

    mutating func circle(_ middle: (x: Double, y: Double), radius: Double, style: String) {
        body += "<circle class=\"\(style)\" cx=\"\(SVG.text(middle.x))\" cy=\"\(SVG.text(middle.y))\""
        body += " r=\"\(SVG.text(radius))\"/>"
    }

    /// Words.
    mutating func text(_ text: String, x: Double, y: Double, anchor: String? = nil, style: String? = nil) {
        body += SVG.words(text, x, y, anchor, style)
    }

    /// A name at the left, which ends where what it names begins, unless it is of another style.
    mutating func name(_ text: String, y: Double, style: String? = nil) {
        names += SVG.words(text, style == nil ? left - 2 : 0, y, style == nil ? "end" : nil, style)
    }

    /// A name at the top, read from below.
    mutating func head(_ text: String, x: Double) {
        heads += SVG.words(
            text, x, top - 6, nil, nil, " transform=\"rotate(-90 \(SVG.text(x)) \(SVG.text(top - 6)))\"")
    }

    private static func words(
        _ text: String, _ x: Double, _ y: Double, _ anchor: String?, _ style: String?, _ more: String = ""
    ) -> String {
        "<text x=\"\(SVG.text(x))\" y=\"\(SVG.text(y))\""
            + (anchor.map { " text-anchor=\"\($0)\"" } ?? "") + (style.map { " class=\"\($0)\"" } ?? "")
            + "\(more)>\(text.escaped)</text>"
    }

    /// The drawing with the identifiers of what names and describes it.
    func text(labelledBy label: String) -> String {
        let right = width - left
        let below = height - top
        let main = SVG.part(body, left, top, right, below, "role=\"img\" aria-labelledby=\"\(label)\"")
        guard left > 0 else { return main }
        let hidden = "aria-hidden=\"true\""
        let head =
            top > 0
            ? "<div class=\"corner\"></div><div class=\"head\">\n\(SVG.part(heads, left, 0, right, top, hidden))</div>\n"
            : ""
        return "<div class=\"parts\">\n\(head)<div class=\"names\">\n"
            + SVG.part(names, 0, top, left, below, hidden) + "</div>\n\(main)</div>\n"
    }

    /// A part of the drawing: what is in it, where it begins, and how large it is.
    private static func part(
        _ body: String, _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ attributes: String
    ) -> String {
        let (x, y, width, height) = (text(x), text(y), text(width), text(height))
        return "<svg \(attributes) width=\"\(width)\" height=\"\(height)\" viewBox=\"\(x) \(y) \(width) \(height)\">\n"
            + body + "</svg>\n"
    }
}
