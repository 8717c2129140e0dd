// Where a gather write stands: which parts are still to be written after the system has taken some bytes.

/// A place within the parts of a gather write.
struct GatherCursor {
    private let parts: [UnsafeRawBufferPointer]
    private var part = 0
    private var offset = 0

    init(_ parts: [UnsafeRawBufferPointer]) {
        self.parts = parts
        skipEmpty()
    }

    var isAtEnd: Bool { part == parts.count }

    /// The pieces that come next, none of them empty, as many as fit in `limit`.
    func next(atMost limit: Int, _ body: (Int, UnsafeRawBufferPointer) -> Void) -> Int {
        var count = 0
        var start = offset
        for part in parts[part...] {
            if count == limit { break }
            let piece = UnsafeRawBufferPointer(rebasing: part[start...])
            start = 0
            if piece.isEmpty { continue }
            body(count, piece)
            count += 1
        }
        return count
    }

    /// The system has taken `count` more bytes.
    mutating func advance(by count: Int) {
        var left = count
        while left > 0 {
            let here = min(left, parts[part].count - offset)
            offset += here
            left -= here
            skipEmpty()
        }
    }

    private mutating func skipEmpty() {
        while part < parts.count, offset == parts[part].count {
            part += 1
            offset = 0
        }
    }
}
