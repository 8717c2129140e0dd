// What a run is held to: a closed form, what was stated, what follows from the kill, or a promise.

/// What somebody states of a run beforehand.
public struct Statement: Equatable, Sendable {
    /// The duplicates.
    public var duplicates: SymbolSum
    /// The losses.
    public var lost: SymbolSum
    /// Whether the next life must refuse to go on; the numbers mean nothing then.
    public var isRefusal: Bool

    /// States an outcome.
    public init(duplicates: SymbolSum, lost: SymbolSum, isRefusal: Bool = false) {
        self.duplicates = duplicates
        self.lost = lost
        self.isRefusal = isRefusal
    }
}

/// All that is known beforehand of a run's outcome. Each part that there is must hold; where there is neither a form nor a
/// statement, the promise is all that a run can be held to.
public struct RunExpectation: Equatable, Sendable {
    /// The numbers that decide.
    public struct Counts: Equatable, Sendable {
        /// Nil: any.
        public var duplicates: Int?
        /// Nil: any.
        public var ingestDuplicates: Int?
        /// The losses.
        public var lost: Int
        /// Whether the next life must refuse to go on.
        public var isRefused: Bool

        /// Makes counts.
        public init(duplicates: Int? = nil, ingestDuplicates: Int? = nil, lost: Int, isRefused: Bool = false) {
            self.duplicates = duplicates
            self.ingestDuplicates = ingestDuplicates
            self.lost = lost
            self.isRefused = isRefused
        }
    }

    /// The closed form of the strategy; nil where there is none.
    public var form: ExpectedOutcome?
    /// What follows from what lay there at the kill; nil where that is not known.
    public var kill: KillForm?
    /// What is stated; nil: nothing.
    public var stated: Statement?
    /// Whether no record may be lost, whatever else is known.
    public var promisesNoLoss: Bool

    /// Makes an expectation.
    public init(
        form: ExpectedOutcome? = nil, kill: KillForm? = nil, stated: Statement? = nil, promisesNoLoss: Bool
    ) {
        self.form = form
        self.kill = kill
        self.stated = stated
        self.promisesNoLoss = promisesNoLoss
    }

    /// Whether the next life is to refuse to go on, by the form or by what is stated.
    public var isRefusal: Bool { stated?.isRefusal == true || form?.isRefused == true }

    /// Whether a verdict, or a refusal, is as expected.
    public func agrees(with verdict: Verdict, isRefused: Bool = false) -> Bool {
        // Form and statement have to be of one mind; what a refusal leaves in the sink is whatever was there.
        let refusals = [form?.isRefused, stated?.isRefusal].compactMap { $0 }
        if isRefused { return !refusals.isEmpty && !refusals.contains(false) }
        if refusals.contains(true) || verdict.corrupted > 0 { return false }
        if let kill, verdict.duplicates != kill.duplicates || verdict.lost != kill.lost { return false }
        if let form {
            let holds =
                verdict.duplicates == form.duplicates && verdict.ingestDuplicates == form.ingestDuplicates
                && verdict.lost == form.lost
            guard holds else { return false }
        } else if kill == nil, stated?.lost.isAny ?? true, promisesNoLoss, verdict.lost > 0 {
            return false
        }
        guard let stated else { return true }
        // Without a form a statement has plain numbers only.
        let outcome = form ?? ExpectedOutcome()
        return (stated.duplicates.isAny || verdict.duplicates == stated.duplicates.value(in: outcome))
            && (stated.lost.isAny || verdict.lost == stated.lost.value(in: outcome))
    }

    /// The counts that decide: the form's, or those that follow from the kill; where there is neither, what is stated in plain
    /// numbers.
    public var counts: Counts {
        if isRefusal { return Counts(lost: 0, isRefused: true) }
        if let form {
            return Counts(duplicates: form.duplicates, ingestDuplicates: form.ingestDuplicates, lost: form.lost)
        }
        if let kill { return Counts(duplicates: kill.duplicates, lost: kill.lost) }
        return Counts(
            duplicates: stated.flatMap { $0.duplicates.isAny ? nil : $0.duplicates.constant },
            lost: stated?.lost.constant ?? 0)
    }

    /// Where the counts that decide come from, and what is stated where that is something else.
    public var derivation: String {
        if stated?.isRefusal == true {
            return (form.map { "\($0.derivation); " } ?? "no closed form: ") + "the scenario states a refusal"
        }
        guard let form else {
            if let kill { return "from the kill: duplicates \(kill.duplicates), lost \(kill.lost)" }
            guard let stated else {
                return "no closed form and nothing stated: held to no loss where none is allowed"
            }
            return "no closed form: the scenario states duplicates \(stated.duplicates), lost \(stated.lost)"
        }
        guard let stated else { return form.derivation }
        if form.isRefused { return "\(form.derivation); the scenario states numbers" }
        let (duplicates, lost) = (stated.duplicates.value(in: form), stated.lost.value(in: form))
        guard duplicates != form.duplicates || lost != form.lost else { return form.derivation }
        return "\(form.derivation); the scenario states duplicates \(stated.duplicates) = \(duplicates), "
            + "lost \(stated.lost) = \(lost)"
    }
}
