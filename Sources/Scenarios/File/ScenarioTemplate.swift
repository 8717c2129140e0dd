// The scenario that `kbench scenario new` writes: it runs as it is, and says what else may be written.

/// A scenario to begin with.
public enum ScenarioTemplate {
    /// The text of a scenario file. The lines in it that begin with `# - ` or `# key:` may each be put to use by taking
    /// the sign away.
    public static func text(name: String) -> String {
        """
        # A crash scenario of kbench. It runs as it is:
        #
        #     kbench scenario check ./\(name).yaml
        #     kbench scenario ./\(name).yaml
        #
        # Take a '#' away to use the key behind it. All keys are in docs/kbench.docc/ScenarioFiles.md; with the schema that
        # `kbench scenario schema` prints, an editor completes them.
        name: \(name)
        summary: Each strategy dies with a batch in its output and nothing yet that says so.
        # explanation: "For the report, as Markdown: why it comes out so."

        # The load: how many records of how many bytes, over how many partitions.
        records: 10_000
        partitions: 4
        record-bytes: 200
        # load: {keys: unique, weights: [1, 1, 1, 5], tombstones: 1%}
        # seed: 7

        # How the engine cuts it. By count everything is exact: what a crash must do is worked out beforehand.
        block-records: 100
        batch-records: 1_000

        # What the engine is like.
        # fidelity: spark
        # wal-compression: zstd:3
        # checkpoint-lag-tasks: 1
        # group-commit-blocks: 4

        # What happens at the broker between the crash and the next life.
        # arrivals: 500

        # The runs: a strategy, where it dies, and what must come of it in each kind of output. `kbench crash-points` lists
        # the points. @seeded leaves to the seed which time of passing it is, @last is the last one, @3 the third.
        #
        # The counts are sums of numbers and of: n, records of blocks whose offsets were not committed; k, records of the
        # running batch that are out; N, all of that batch; E, records already out that come again. `any` asks nothing.
        runs:
          - strategy: receiver-wal
            crash: sink.sync.after@seeded
            expect:
              append: {duplicates: N, lost: 0}
              batch-keyed: {duplicates: 0, lost: 0}
              offset-keyed: {duplicates: 0, lost: 0}
          - strategy: direct-log-first
            crash: sink.sync.after@seeded
            expect:
              append: {duplicates: N, lost: 0}
              offset-keyed: {duplicates: 0, lost: 0}
          - strategy: direct-transactional
            crash: sink.commit.after@seeded
            expect:
              transactional: {duplicates: 0, lost: 0}
          # - {strategy: receiver, crash: receiver.block.cut.after@last, expect: {append: {duplicates: any, lost: any}}}

        """
    }
}
