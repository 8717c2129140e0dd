// Did you mean: close words are found, far ones are not forced.
import Testing

@testable import Harness

@Suite struct SuggestionTests {
    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("", "abc", 3), ("kitten", "sitting", 3), ("flaw", "lawn", 2), ("same", "same", 0),
    ])
    func theDistanceCountsEdits(left: String, right: String, distance: Int) {
        #expect(Suggestion.distance(Array(left.unicodeScalars), Array(right.unicodeScalars)) == distance)
    }

    @Test(arguments: [
        ("apend", "append"), ("APPEND", "append"), ("offsetkeyed", "offset-keyed"), ("kafka", nil), ("", nil),
    ])
    func theClosestWordIsFoundWhenOneIsClose(word: String, found: String?) {
        #expect(Suggestion.closest(to: word, among: ["append", "offset-keyed"]) == found)
    }
}
