// Makes one input of another: the same for the same seed and number, on every machine.
internal import World

/// Changes files that are sound, a little, in ways that readers get wrong.
struct Mutator {
    /// Files to begin with.
    let corpus: [[UInt8]]
    /// Bytes that mean something to the reader.
    let words: [[UInt8]]
    /// No input is longer.
    static let longest = 1 << 16

    /// Numbers at which something overflows, wraps, or is the first that is not possible.
    private static let numbers: [Int64] = [
        0, 1, -1, 2, 7, 8, 127, 128, 255, 256, 32_767, 65_535, 65_536, 1_000_000, 1_000_001, 2_147_483_647,
        2_147_483_648, 4_294_967_295, 4_294_967_296, 1 << 53, 1 << 62, .max - 1, .max, .min, .min + 1,
    ]
    private static let moreNumbers = [
        "18446744073709551615", "18446744073709551616", "1e308", "1e309", "-0", "0.5", "1e-320", "nan", "00", "+1",
        "99999999999999999999999999",
    ]

    /// The input with this number, and the place in the corpus of the file it began as.
    func input(seed: UInt64, number: Int) -> (bytes: [UInt8], origin: Int) {
        var random = SeededRandom(seed: seed, stream: UInt64(number))
        let origin = Int.random(in: 0..<corpus.count, using: &random)
        var bytes = corpus[origin]
        // Mostly one or two changes, so that what is behind the first check is reached too.
        var changes = 1
        while changes < 12, Int.random(in: 0..<5, using: &random) < 2 { changes += 1 }
        for _ in 0..<changes { change(&bytes, &random) }
        if bytes.count > Mutator.longest { bytes.removeLast(bytes.count - Mutator.longest) }
        return (bytes, origin)
    }

    private func change(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        guard !bytes.isEmpty else {
            bytes = corpus[Int.random(in: 0..<corpus.count, using: &random)]
            return
        }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<14, using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 2: bytes[place] = [0, 0xff, 0x80, 0x7f, 0x0a, 0x20, 0x22][Int.random(in: 0..<7, using: &random)]
        case 3: bytes.remove(at: place)
        case 4: bytes.removeSubrange(range(in: bytes, from: place, &random))
        case 5: bytes.removeSubrange(place...)
        case 6: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
        case 7: bytes.insert(contentsOf: Array(bytes[range(in: bytes, from: place, &random)]), at: place)
        case 8:
            let count = 1 << Int.random(in: 1...12, using: &random)
            bytes.insert(contentsOf: repeatElement(bytes[place], count: count), at: place)
        case 9: splice(&bytes, at: place, &random)
        case 10, 11: replaceNumber(&bytes, from: place, &random)
        case 12: putInteger(&bytes, at: place, &random)
        default:
            guard !words.isEmpty else { return bytes.reverse() }
            bytes.insert(contentsOf: words[Int.random(in: 0..<words.count, using: &random)], at: place)
        }
    }

    private func range(in bytes: [UInt8], from place: Int, _ random: inout SeededRandom) -> Range<Int> {
        place..<min(bytes.count, place + (1 << Int.random(in: 0...8, using: &random)))
    }

    /// What follows a place comes from another file.
    private func splice(_ bytes: inout [UInt8], at place: Int, _ random: inout SeededRandom) {
        let other = corpus[Int.random(in: 0..<corpus.count, using: &random)]
        guard !other.isEmpty else { return }
        let from = Int.random(in: 0..<other.count, using: &random)
        bytes.replaceSubrange(place..., with: other[from...])
    }

    /// The first number in digits behind a place becomes another one.
    private func replaceNumber(_ bytes: inout [UInt8], from place: Int, _ random: inout SeededRandom) {
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        guard let from = bytes[place...].firstIndex(where: isDigit) else {
            return putInteger(&bytes, at: place, &random)
        }
        let until = bytes[from...].firstIndex { !isDigit($0) } ?? bytes.count
        let choice = Int.random(in: 0..<Mutator.numbers.count + Mutator.moreNumbers.count, using: &random)
        let text =
            choice < Mutator.numbers.count
            ? "\(Mutator.numbers[choice])" : Mutator.moreNumbers[choice - Mutator.numbers.count]
        bytes.replaceSubrange(from..<until, with: Array(text.utf8))
    }

    /// Four or eight bytes become a number, in either order.
    private func putInteger(_ bytes: inout [UInt8], at place: Int, _ random: inout SeededRandom) {
        let number = Mutator.numbers[Int.random(in: 0..<Mutator.numbers.count, using: &random)]
        let width = Bool.random(using: &random) ? 4 : 8
        guard place + width <= bytes.count else { return }
        let isBig = Bool.random(using: &random)
        for index in 0..<width {
            let shift = 8 * (isBig ? width - 1 - index : index)
            bytes[place + index] = UInt8(truncatingIfNeeded: number >> Int64(shift))
        }
    }
}
