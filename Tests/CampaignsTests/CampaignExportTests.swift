// A search in parts, as a script and as files: each part once, options where they belong, words unchanged.
import Testing

@testable import Campaigns

@Suite struct CampaignExportTests {
    static let atlas = CampaignExport(command: ["atlas", "--depth", "2", "--budget", "5m"], parts: 3)

    @Test(arguments: CampaignExport.Target.allCases)
    func thePartsAndWhatPutsThemTogetherAreThere(target: CampaignExport.Target) {
        let lines = Self.atlas.text(target).split(separator: "\n").filter { $0.contains(" kbench atlas ") }
        let commands = lines.filter { !$0.contains("#") }
        #expect(commands.count == 2, "\(commands)")
        let folder = target == .k8s ? "/parts" : "parts"
        #expect(
            commands.contains {
                $0.contains(#"--budget 5m --shard "$"#) && $0.contains(#"/3" --resume "\#(folder)/part-$"#)
            })
        let files = (1...3).map { "\(folder)/part-\($0).ndjson" }.joined(separator: ",")
        // What has no effect beside --merge is left out.
        #expect(commands.contains { $0.contains(#"kbench atlas --depth 2 --merge "\#(files)" --format markdown"#) })
    }

    /// A command, and how a part of it is typed.
    static let commands: [(command: [String], typed: String)] = [
        (["atlas", "--sink", "a b"], "kbench atlas --sink 'a b' --shard"),
        (["judge", "it's.yaml"], #"kbench judge 'it'\''s.yaml' --shard"#),
        (["judge", "$HOME.yaml", "--budget=5m"], "kbench judge '$HOME.yaml' --budget=5m --shard"),
        (["atlas", ""], "kbench atlas '' --shard"),
        (
            ["swarm", "--seeds", "1..9000"],
            #"kbench swarm --seeds 1..9000 --shard "$part/2" --journal "parts/part-$part.ndjson" --capsules"#
        ),
        (
            ["matrix", "--sink", "append"],
            #"kbench matrix --sink append --shard "$part/2" --journal "parts/part-$part.ndjson" --quiet"#
        ),
    ]

    @Test(arguments: commands)
    func wordsStayWhatTheyAre(command: [String], typed: String) {
        let text = CampaignExport(command: command, parts: 2).text(.slurm)
        #expect(text.contains(typed), "\(text)")
    }

    @Test func optionsComeBeforeTheCommandOfThePipeline() {
        let command = ["judge", "--output-file", "rows", "--", "python3", "c.py", "--budget", "1"]
        let text = CampaignExport(command: command, parts: 2).text(.slurm)
        #expect(text.contains(#"--resume "parts/part-$part.ndjson" --quiet -- python3 c.py --budget 1"#), "\(text)")
        #expect(text.contains("--format markdown -- python3 c.py --budget 1"), "\(text)")
    }
}
