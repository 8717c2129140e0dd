// The one model of what is printed: built once for each result, rendered in every form.

/// What there is to say about a result, in order.
package struct Document: Equatable, Sendable {
    /// Who gets a part to see.
    package struct Audience: OptionSet, Sendable {
        package let rawValue: Int

        package init(rawValue: Int) { self.rawValue = rawValue }

        /// Whoever reads at a terminal: short words for what the full report says at length.
        package static let terminal = Audience(rawValue: 1)
        /// Whoever reads the full report as Markdown.
        package static let markdown = Audience(rawValue: 2)
        /// Whoever looks at the page, which has pictures.
        package static let page = Audience(rawValue: 4)
        /// Whoever reads the full report, in either form.
        package static let report: Audience = [.markdown, .page]
        /// Whoever gets no pictures.
        package static let plain: Audience = [.terminal, .markdown]
        /// Everybody.
        package static let all: Audience = [.terminal, .markdown, .page]
    }

    /// A part.
    package enum Block: Equatable, Sendable {
        /// A heading; 1 is the title.
        case heading(String, level: Int)
        /// What it all comes to, in a line.
        case verdict(String)
        /// A paragraph; it may have line ends of its own.
        case prose(String)
        /// Points, a line each.
        case list([String])
        /// A table.
        case table(Table)
        /// Numbers that are better seen than read.
        case figure(Figure)
        /// Figures that follow from numbers which can be changed on a page; elsewhere their table.
        case calculator(Calculator)
        /// What is to be typed or kept as it stands; the label says what for.
        case code(String, label: String)
    }

    /// The parts, with who gets them to see.
    private(set) var parts: [(block: Block, audience: Audience)] = []
    /// The table for programs; without one, it is the first table of the document.
    package var data: Table?

    /// Makes a document.
    package init(data: Table? = nil) { self.data = data }

    /// Adds a part; a list without points is left out.
    package mutating func add(_ block: Block, for audience: Audience = .all) {
        if case .list(let points) = block, points.isEmpty { return }
        parts.append((block, audience))
    }

    /// The parts that `audience`, one kind of reader, gets to see.
    func blocks(for audience: Audience) -> [Block] {
        parts.filter { $0.audience.contains(audience) }.map(\.block)
    }

    package static func == (left: Document, right: Document) -> Bool {
        left.data == right.data && left.parts.elementsEqual(right.parts) { $0 == $1 }
    }
}
