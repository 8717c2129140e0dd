// The options that say where and how often pipelines are killed: the same for one that is judged and for a league.
internal import ArgumentParser
internal import Harness
internal import Pipelines
internal import World

/// Which kills are tried.
struct KillOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where to kill: points such as wire.offset-commit.request, with @K for one frame, joined by commas; 'census' for all that are met, 'wire' for those of the wire; 'default'.",
            valueName: "P@K"))
    var points: String?

    @Option(help: ArgumentHelp("Which frames: first, middle, last, all or numbers.", valueName: "A,B"))
    var occurrences: String?

    @Option(help: ArgumentHelp("Kills at moments by chance, in place of points or beside them.", valueName: "N"))
    var timedKills: Int?

    @Option(help: ArgumentHelp("How often each kill is tried.", valueName: "N"))
    var `repeat` = 1

    @Option(help: ArgumentHelp("The seed of the payloads.", valueName: "S"))
    var seed = 1

    @Option(help: ArgumentHelp("Begin no run after this time, such as 90s or 10m.", valueName: "TIME"))
    var budget: String?

    /// What is asked for so, and nothing else.
    ///
    /// - Throws: `Diagnosis` for a value that is none.
    func settings() throws -> JudgeSettings {
        var settings = JudgeSettings()
        try OptionCheck.range(seed, ScenarioLimits.seed, "--seed")
        settings.seed = UInt64(seed)
        settings.points = try points.map { try OptionCheck.points($0, "--points") } ?? []
        settings.occurrences = try occurrences.map { try OptionCheck.occurrences($0, "--occurrences") }
        if let timedKills { try OptionCheck.range(timedKills, 1...1_000_000, "--timed-kills") }
        settings.timedKills = timedKills ?? 0
        try OptionCheck.range(`repeat`, 1...1_000_000, "--repeat")
        settings.times = `repeat`
        settings.budgetSeconds = try budget.map { try OptionCheck.seconds($0, 0...31_536_000, "--budget") }
        return settings
    }

    /// The options that decide over what is run, as words of a command.
    var arguments: [String] {
        func words(_ option: String, _ value: String?) -> [String] { value.map { [option, $0] } ?? [] }
        return words("--points", points.map { "'\($0)'" }) + words("--occurrences", occurrences)
            + words("--timed-kills", timedKills.map(String.init))
            + words("--repeat", `repeat` == 1 ? nil : "\(`repeat`)") + words("--seed", "\(seed)")
    }
}

extension OptionCheck {
    /// Points joined by commas; those between brackets join a point's own filters.
    static func points(_ list: String, _ option: String) throws -> [String] {
        var isWithin = false
        let marked = list.map { character -> Character in
            if character == "[" || character == "]" { isWithin = character == "[" }
            return character == "," && isWithin ? "\u{0}" : character
        }
        return try words(String(marked), option).map { $0.replacing("\u{0}", with: ",") }
    }

    /// Occurrences joined by commas.
    static func occurrences(_ list: String, _ option: String) throws -> [Occurrence] {
        try words(list, option).map { word in
            guard let occurrence = Occurrence(word) else {
                throw Diagnosis(
                    cause: "\(option) \(word): it is no occurrence", fix: "use first, middle, last, all or numbers",
                    exitCode: .usage)
            }
            return occurrence
        }
    }
}
