// Finds scenarios: those built in, by name, and any other by its file.
internal import Foundation
public import Harness
public import Results

/// The scenarios there are.
public enum ScenarioLibrary {
    /// A built-in scenario's name and text.
    private typealias Text = (name: String, bytes: [UInt8])

    /// The texts of the built-in scenarios by what they are about, the flagship first. A test compares this with the
    /// folder `scenarios`.
    private static let themes: [(theme: String, texts: [Text])] = [
        (
            "One crash, at a place that tells the strategies apart",
            [
                ("crash-before-commit", PackageResources.crash_before_commit_yaml),
                ("crash-after-output", PackageResources.crash_after_output_yaml),
                ("torn-wal", PackageResources.torn_wal_yaml),
                ("crash-in-recovery", PackageResources.crash_in_recovery_yaml),
                ("idle-crash", PackageResources.idle_crash_yaml),
                ("no-crash", PackageResources.no_crash_yaml),
            ]
        ),
        (
            "Between two lives, and ends that are no crash",
            [
                ("batch-keyed-trap", PackageResources.batch_keyed_trap_yaml),
                ("offsets-moved", PackageResources.offsets_moved_yaml),
                ("orderly-stop", PackageResources.orderly_stop_yaml),
                ("spark-graceful-stop", PackageResources.spark_graceful_stop_yaml),
            ]
        ),
        (
            "Two workers at once",
            [
                ("second-driver", PackageResources.second_driver_yaml),
                ("group-rebalance", PackageResources.group_rebalance_yaml),
            ]
        ),
        (
            "A topic that is not even",
            [
                ("uneven-load", PackageResources.uneven_load_yaml)
            ]
        ),
        (
            "Another keeper of offsets",
            [
                ("offsets-in-zookeeper", PackageResources.offsets_in_zookeeper_yaml),
                ("zookeeper-outage", PackageResources.zookeeper_outage_yaml),
            ]
        ),
        (
            "Claims, one each",
            [
                ("c1-every-record-is-processed", PackageResources.c1_every_record_is_processed_yaml),
                ("c2-exactly-once", PackageResources.c2_exactly_once_yaml),
                ("c3-consumed-again", PackageResources.c3_consumed_again_yaml),
                ("c4-a-restart-repeats-nothing", PackageResources.c4_a_restart_repeats_nothing_yaml),
                ("c5-upgrade", PackageResources.c5_upgrade_yaml),
                ("c6-get-or-create", PackageResources.c6_get_or_create_yaml),
                ("c7-backlog-after-an-outage", PackageResources.c7_backlog_after_an_outage_yaml),
                ("c8-exact-ranges", PackageResources.c8_exact_ranges_yaml),
                ("c9-one-to-one", PackageResources.c9_one_to_one_yaml),
                ("c10-like-a-block", PackageResources.c10_like_a_block_yaml),
                ("c11-split-or-shuffle", PackageResources.c11_split_or_shuffle_yaml),
                ("c12-copies-on-disk", PackageResources.c12_copies_on_disk_yaml),
                ("c13-read-again", PackageResources.c13_read_again_yaml),
                ("c14-receiver-order", PackageResources.c14_receiver_order_yaml),
                ("c15-saved-before-the-offsets", PackageResources.c15_saved_before_the_offsets_yaml),
                ("c16-one-owner-of-the-offsets", PackageResources.c16_one_owner_of_the_offsets_yaml),
                ("c17-direct-order", PackageResources.c17_direct_order_yaml),
                ("c18-same-output", PackageResources.c18_same_output_yaml),
                ("c19-price-of-guarantees", PackageResources.c19_price_of_guarantees_yaml),
                ("c20-word-count", PackageResources.c20_word_count_yaml),
                ("c21-own-output-operation", PackageResources.c21_own_output_operation_yaml),
            ]
        ),
    ]

    private static var texts: [Text] { themes.flatMap(\.texts) }

    /// The names of the built-in scenarios.
    public static var names: [String] { texts.map(\.name) }

    /// The built-in scenarios, the flagship first.
    ///
    /// - Throws: ``ScenarioError`` when one of them is broken, which the tests rule out.
    public static func list() throws(ScenarioError) -> ScenarioListResult {
        var entries: [ScenarioListResult.Entry] = []
        for (theme, texts) in themes {
            for text in texts {
                entries.append(.init(name: text.name, summary: try find(text.name).summary, theme: theme))
            }
        }
        return ScenarioListResult(entries)
    }

    /// The YAML text of the built-in scenario `name`; nil when there is none of that name.
    public static func text(of name: String) -> String? {
        texts.first { $0.name == name }.map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    /// Whether ``find(_:)`` takes a word for the path of a file.
    public static func isFile(_ nameOrPath: String) -> Bool {
        nameOrPath.contains("/") || nameOrPath.hasSuffix(".yaml") || nameOrPath.hasSuffix(".yml")
    }

    /// Finds a scenario by its built-in name, or reads the file when `nameOrPath` has a slash or ends in `.yaml`.
    ///
    /// - Throws: ``ScenarioError``.
    public static func find(_ nameOrPath: String) throws(ScenarioError) -> Scenario {
        if isFile(nameOrPath) { return try ScenarioFile.read(nameOrPath) }
        guard let text = text(of: nameOrPath) else {
            // The words of commands too: whoever mistypes one of them is taken to name a scenario.
            let guess = Suggestion.closest(to: nameOrPath, among: names + ["run", "list", "check", "schema", "new"])
                .map { "did you mean \($0)? " }
            throw ScenarioError(
                .unknownName, "no scenario has this name",
                fix: (guess ?? "start with crash-before-commit; ")
                    + "`kbench scenario list` lists them; or give the path of a .yaml file",
                at: ScenarioError.Location(nameOrPath))
        }
        return try ScenarioFile.parse(text, file: "\(nameOrPath).yaml")
    }
}
