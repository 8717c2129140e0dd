// How a result is printed: one option with the same meaning for every command that has a result.
internal import ArgumentParser
internal import Foundation
internal import Harness
internal import Posix
internal import Rendering
internal import Results
internal import World

/// The form of the result.
struct OutputOptions: ParsableArguments {
    @Option(help: "How to print the result.")
    var format: OutputFormat = .text

    @OptionGroup var colors: ColorOption

    /// Prints a result; as text in the width of the terminal.
    ///
    /// - Throws: `DiskError`; `EncodingError` for a number that is not finite.
    func write(_ result: some Presentable) throws {
        try format.write(result, colors)
    }

    /// Prints a result and keeps it below `base`.
    ///
    /// - Throws: as ``write(_:)``; `ResultsError`.
    func write(
        _ result: some Presentable, keptAs name: String, in base: String, with files: [String: String] = [:],
        from run: UnfinishedRun? = nil
    ) throws {
        try write(result)
        try Keeping.keep(result, as: name, in: base, with: files, from: run, isText: format == .text)
    }
}

/// Whether text has colours.
struct ColorOption: ParsableArguments {
    @Option(help: "Colours in text; auto is at a terminal only, and as NO_COLOR and CLICOLOR_FORCE say.")
    var color = ColorChoice.auto

    /// Whether it has them here.
    fileprivate var isOn: Bool {
        color.isOn(environment: ProcessInfo.processInfo.environment, isTerminal: StandardStreams.isTerminal(1))
    }

    /// Refuses a choice beside a form that has no colours.
    ///
    /// - Throws: `Diagnosis`.
    static func refuseIdle(_ words: [String] = CommandWords.typed) throws {
        let joined = words.last { $0.hasPrefix("--format=") }.map { String($0.dropFirst("--format=".count)) }
        let apart = words.lastIndex(of: "--format").flatMap { words.dropFirst($0 + 1).first }
        guard let form = joined ?? apart, form != OutputFormat.text.rawValue else { return }
        try CommandWords.refuse(["--color"], because: "only text has colours")
    }
}

extension ColorChoice: ExpressibleByArgument {}

extension OutputFormat {
    /// Prints a result here: a terminal gets a page of each table, a pipe or a file all of it.
    fileprivate func write(_ result: some Presentable, _ colors: ColorOption) throws {
        let isColored = self == .text && colors.isOn
        let text = try render(
            result, width: Self.width, rows: StandardStreams.isTerminal(1) ? Document.pageRows : nil,
            isColored: isColored)
        try isColored ? StandardStreams.writePainted(text) : StandardStreams.writeOutput(text)
    }

    /// What COLUMNS says where it is a number that leaves room for a table, as other tools take it; else the terminal's
    /// width, else the standard one.
    private static var width: Int {
        if let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap({ Int($0) }), columns >= 20 {
            return columns
        }
        return StandardStreams.columns(ofFileDescriptor: 1) ?? Document.standardWidth
    }
}

/// Where results are kept, for commands that need no other folder.
struct KeepOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder for results.", valueName: "DIR"))
    var out = "results"
}

/// Keeps results.
enum Keeping {
    /// Keeps a result that has been printed, with the files that it was made from, in a new folder below `base`, or in that
    /// of the command's steps; the folder is named where the result was text.
    ///
    /// - Throws: `ResultsError`; `DiskError`.
    static func keep(
        _ result: some Presentable, as name: String, in base: String, with files: [String: String] = [:],
        from run: UnfinishedRun? = nil, isText: Bool
    ) throws {
        var files = files
        files[ResultsFolder.hostFile] = try host(in: base)
        let folder =
            try run?.finish(result, files: files)
            ?? ResultsFolder.keep(result, as: name, at: Date(), command: command, files: files, in: base)
        if isText { try StandardStreams.writeOutput("\nresults: \(folder.path)\n") }
    }
}

/// The form of a result that judges: systems of continuous integration read it too.
struct VerdictOptions: ParsableArguments {
    @Option(help: "How to print the result; junit and sarif are for systems of continuous integration.")
    var format = VerdictFormat.report(.text)

    @OptionGroup var colors: ColorOption

    /// Whether somebody reads it at a terminal.
    var isText: Bool { format == .report(.text) }

    /// Prints a result.
    ///
    /// - Throws: as ``OutputOptions/write(_:)``.
    func write(_ result: some Judged) throws { try writeAny(result) }

    /// Prints a result and keeps it below `base`.
    ///
    /// - Throws: as ``write(_:)``; `ResultsError`.
    func write(
        _ result: some Judged, keptAs name: String, in base: String, with files: [String: String] = [:],
        from run: UnfinishedRun? = nil
    ) throws {
        try write(result)
        try Keeping.keep(result, as: name, in: base, with: files, from: run, isText: isText)
    }

    /// Prints a result that may judge or not; `place` is the file that findings are about which name none.
    ///
    /// - Throws: as ``OutputOptions/write(_:)``, and `Diagnosis` for a form that only results have which judge.
    func writeAny(_ result: any Presentable, place: String = "results") throws {
        if case .report(let form) = format {
            return try form.write(result, colors)
        }
        guard let judged = result as? any Judged else {
            throw Diagnosis(
                cause: "--format \(format.defaultValueDescription): a \(type(of: result).schema.name) judges nothing, "
                    + "so it has no cases",
                fix: "print it as html, markdown, csv or json", exitCode: .usage)
        }
        try StandardStreams.writeOutput(format == .junit ? judged.junit : judged.sarif(place: place))
    }
}

/// How a result that judges is printed.
enum VerdictFormat: Equatable, CaseIterable, ExpressibleByArgument {
    case report(OutputFormat)
    /// A case of a test for each check.
    case junit
    /// A finding for each check that did not pass.
    case sarif

    static var allCases: [VerdictFormat] { OutputFormat.allCases.map { .report($0) } + [.junit, .sarif] }
    static var allValueStrings: [String] { allCases.map(\.defaultValueDescription) }

    init?(argument: String) {
        guard let found = Self.allCases.first(where: { $0.defaultValueDescription == argument }) else { return nil }
        self = found
    }

    var defaultValueDescription: String {
        switch self {
        case .report(let form): form.rawValue
        case .junit: "junit"
        case .sarif: "sarif"
        }
    }
}

extension OutputFormat: ExpressibleByArgument {}
