// Counts words by their bytes, without an allocation for a word that is known.

/// A hash table of words: their bytes one after the other in one array, found by open addressing.
struct WordTable: Equatable, Sendable {
    private struct Entry: Equatable {
        var start: Int
        var length: Int
        var hash: UInt64
        var count: UInt64
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// By slot, the entry there; below 0: free. As many as a power of two, at least twice the entries.
    private var slots = [Int32](repeating: -1, count: 64)

    static func == (left: WordTable, right: WordTable) -> Bool {
        left.sorted.elementsEqual(right.sorted) { $0.word == $1.word && $0.count == $1.count }
    }

    /// Every word and its count, sorted by the words' bytes.
    var sorted: [(word: ArraySlice<UInt8>, count: UInt64)] {
        entries.map { (bytes[$0.start..<$0.start + $0.length], $0.count) }
            .sorted { $0.word.lexicographicallyPrecedes($1.word) }
    }

    /// Counts each word of `text`: what lies between ASCII white space.
    mutating func countWords(of text: UnsafeRawBufferPointer) {
        var start = 0
        while start < text.count {
            var end = start
            while end < text.count, !WordTable.isSpace(text[end]) { end += 1 }
            if end > start { add(UnsafeRawBufferPointer(rebasing: text[start..<end]), times: 1) }
            start = end + 1
        }
    }

    mutating func add(_ word: UnsafeRawBufferPointer, times: UInt64) {
        // FNV-1a: short words, and the same order of slots on every machine.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in word { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let index = Int(slots[slot])
            let entry = entries[index]
            if entry.hash == hash, entry.length == word.count,
                bytes[entry.start..<entry.start + entry.length].elementsEqual(word)
            {
                entries[index].count &+= times
                return
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = Int32(entries.count)
        entries.append(Entry(start: bytes.count, length: word.count, hash: hash, count: times))
        bytes.append(contentsOf: word)
        if entries.count * 2 > slots.count { grow() }
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for (index, entry) in entries.enumerated() {
            var slot = Int(truncatingIfNeeded: entry.hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(index)
        }
    }

    /// Space, and the five control characters from tab to carriage return.
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0d) }
}
