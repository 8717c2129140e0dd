// `kbench scenario new` and `kbench judge new`: commented files to begin with, which run as they are.
internal import ArgumentParser
internal import Harness
internal import Pipelines
internal import Posix
internal import Scenarios

/// Writes a scenario to begin with.
struct ScenarioNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Write a commented scenario file, which runs as it is.")

    @Argument(
        help: ArgumentHelp(
            "What it is called: the file is NAME.yaml, in a folder where NAME has one.", valueName: "name"))
    var name: String

    @Flag(help: "Replace what is there.")
    var force = false

    func run() throws {
        let files = try NewFiles(name)
        try files.write([("yaml", ScenarioTemplate.text(name: files.name))], replaces: force)
        // A file without a folder would be taken for a built-in scenario's name.
        let path = files.path("yaml")
        let place = path.contains("/") ? path : "./\(path)"
        try StandardStreams.writeOutput(
            "\(path): written\ncheck it: kbench scenario check \(place)\nrun it: kbench scenario \(place)\n")
    }
}

/// Writes a pipeline to begin with.
struct JudgeNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Write a commented pipeline file and a consumer in Python, which run as they are.",
        discussion: "The consumer needs the package confluent-kafka. Put your own command in its place.")

    @Argument(
        help: ArgumentHelp(
            "What it is called: the files are NAME.yaml and NAME.py, in a folder where NAME has one.", valueName: "name"
        ))
    var name: String

    @Flag(help: "Replace what is there.")
    var force = false

    func run() throws {
        let files = try NewFiles(name)
        try files.write(
            [
                ("yaml", PipelineTemplate.pipeline(name: files.name)),
                ("py", PipelineTemplate.consumer(name: files.name)),
            ], replaces: force)
        let path = files.path("yaml")
        try StandardStreams.writeOutput(
            "\(path), \(files.path("py")): written\ncheck it: kbench judge check \(path)\nrun it: kbench judge \(path)\n"
        )
    }
}
