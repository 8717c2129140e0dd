// The one check that every number from outside passes before anything is computed from it.

/// A number that is not within the range of what it counts.
public struct NumberError: DiagnosticError, Equatable, CustomStringConvertible {
    /// What the number is of, such as `--rate` or `schedule.shape.records`.
    public var thing: String
    /// The number, and in which range it should be.
    public var message: String
    /// How to put it right.
    public var fix: String

    /// Makes an error.
    public init(_ thing: String, _ message: String, fix: String) {
        self.thing = thing
        self.message = message
        self.fix = fix
    }

    /// Thing, value and range in one line.
    public var cause: String { "\(thing): \(message)" }
    /// Whoever gave the number can give another.
    public var exitCode: ExitStatus { .usage }
    /// ``cause``.
    public var description: String { cause }
}

/// Holds numbers from options and files against their ranges.
public enum NumberCheck {
    /// Refuses a whole number that is not within `range`.
    ///
    /// - Throws: ``NumberError`` naming thing, value and range.
    public static func check(_ value: Int, _ range: ClosedRange<Int>, _ thing: String) throws(NumberError) {
        guard range.contains(value) else {
            throw NumberError(
                thing, "\(value) is not within \(range.lowerBound) to \(range.upperBound)",
                fix: "give \(thing) a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// Refuses a number that is not within `range`: also one that is infinite, or none.
    ///
    /// - Throws: ``NumberError`` naming thing, value and range.
    public static func check(
        _ value: Double, _ range: ClosedRange<Double>, _ thing: String, unit: String = ""
    ) throws(NumberError) {
        guard range.contains(value) else {
            let bounds = "\(plain(range.lowerBound)) to \(plain(range.upperBound))" + (unit.isEmpty ? "" : " \(unit)")
            throw NumberError(
                thing, "\(plain(value)) is not within \(bounds)", fix: "give \(thing) a number from \(bounds)")
        }
    }

    /// A number as people type it: whole where it is.
    public static func plain(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }
}
