// What a result asserts, case by case, for systems that count cases and read no reports.

/// One case of a judged result.
package struct Check: Equatable, Sendable {
    /// What came of it.
    package enum Standing: Equatable, Sendable {
        case passed
        /// It is not as it must be, and why.
        case failed(String)
        /// It shows nothing, and why.
        case invalid(String)
    }

    /// The case, unlike any other of its result.
    package var name: String
    package var standing: Standing
    /// The command that repeats it; empty where there is none.
    package var reproduce: String
    /// How long it took; nil where that was not measured.
    package var seconds: Double?
    /// The file that it is about, as it was named; nil where it is the result's own.
    package var file: String?

    package init(
        _ name: String, _ standing: Standing, reproduce: String = "", seconds: Double? = nil, file: String? = nil
    ) {
        self.file = file
        self.name = name
        self.standing = standing
        self.reproduce = reproduce
        self.seconds = seconds
    }

    /// What is wrong with it; nil where it passed.
    package var fault: String? {
        switch standing {
        case .passed: nil
        case .failed(let reason), .invalid(let reason): reason
        }
    }
}

/// A result that says whether something is as it must be.
package protocol Judged: Presentable {
    /// What was judged, in a few words, beginning with the command.
    var suite: String { get }
    /// Its cases, never none.
    var checks: [Check] { get }
    /// What there is to say besides.
    var remarks: [String] { get }
    /// The file that says what was judged, as it was named; nil where there is none, or each case has its own.
    var file: String? { get }
}

extension Judged {
    package var file: String? { nil }
    package var remarks: [String] { [] }
}
