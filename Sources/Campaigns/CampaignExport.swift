// A search in parts, written down for a system that runs arrays of jobs.

/// A command whose parts can run on any machines, and what puts their results together.
package struct CampaignExport: Sendable {
    /// Who is to run it.
    package enum Target: String, CaseIterable, Sendable {
        /// A workflow of GitHub, a job of its matrix for each part.
        case github
        /// A script for `sbatch`, a task of its array for each part.
        case slurm
        /// Kubernetes' Jobs, an index of the first for each part.
        case k8s
    }

    /// The commands that can be divided: they know `--shard` and `--merge`, and a file that each part writes its steps to.
    package static let commands = ["atlas", "judge", "swarm", "matrix"]
    /// Those whose file is called so; of the others it is `--resume`.
    private static let journalled = ["swarm", "matrix"]
    /// What it says itself of each part, and so must not be said.
    package static let ownOptions = [
        "--shard", "--resume", "--journal", "--merge", "--format", "--capsules", "--quiet", "--dry-run",
    ]
    /// How many parts there may be: as many as a matrix of GitHub has at most.
    package static let partLimits = 1...256

    /// What follows the word kbench: one of ``commands``, its options, and for `judge` perhaps a command behind `--`.
    package var command: [String]
    /// How many parts.
    package var parts: Int

    /// Makes an export.
    package init(command: [String], parts: Int) {
        self.command = command
        self.parts = parts
    }

    /// The text for a system.
    package func text(_ target: Target) -> String {
        switch target {
        case .github: github
        case .slurm: slurm
        case .k8s: k8s
        }
    }

    private var name: String { command.first ?? "" }

    /// The command line of a part, `index` being what the shell knows it by, from 1 on.
    private func part(_ index: String, in folder: String) -> String {
        let capsules = ["atlas", "swarm"].contains(name) ? ["--capsules", "\"\(folder)/capsules-\(index)\""] : []
        let file = Self.journalled.contains(name) ? "--journal" : "--resume"
        return line(
            command.map(Self.quoted),
            ["--shard", "\"\(index)/\(parts)\"", file, "\"\(folder)/part-\(index).ndjson\""] + capsules
                + ["--quiet"])
    }

    /// The command line that puts the parts together; it fails where one is missing. A budget is a part's own matter.
    private func merge(in folder: String) -> String {
        let files = (1...parts).map { "\(folder)/part-\($0).ndjson" }.joined(separator: ",")
        return line(withoutBudget.map(Self.quoted), ["--merge", "\"\(files)\"", "--format", "markdown"])
    }

    /// A command line; kbench's own options come before the `--` of another command.
    private func line(_ words: [String], _ options: [String]) -> String {
        let end = words.firstIndex(of: "--") ?? words.endIndex
        return (["kbench"] + words[..<end] + options + words[end...]).joined(separator: " ")
    }

    private var withoutBudget: [String] {
        let end = command.firstIndex(of: "--") ?? command.endIndex
        var kept: [String] = []
        var isValue = false
        for word in command[..<end] {
            if !isValue, word != "--budget", !word.hasPrefix("--budget=") { kept.append(word) }
            isValue = word == "--budget"
        }
        return kept + command[end...]
    }

    /// A word as a shell reads it unchanged.
    private static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII
                    && (scalar.properties.isAlphabetic || "0123456789-_./=:,@+".unicodeScalars.contains(scalar))
            }
        return isPlain
            ? word
            : "'"
                + word.split(separator: "'", omittingEmptySubsequences: false).joined(
                    separator: #"'\''"#) + "'"
    }

    private var github: String {
        """
        # kbench \(name) in \(parts) parts, each a job of its own; red where one finds something, or is missing.
        # Put the owner of kbench's repository for OWNER.
        name: kbench-\(name)
        on: [workflow_dispatch]
        permissions:
          contents: read
        jobs:
          part:
            runs-on: ubuntu-24.04
            strategy:
              fail-fast: false
              matrix:
                part: [\((1...parts).map(String.init).joined(separator: ", "))]
            steps:
              - uses: actions/checkout@v4
              - uses: OWNER/kbench@v0.1.0
                with:
                  command: --version
              - env:
                  PART: ${{ matrix.part }}
                run: |
                  mkdir -p parts
                  \(part("$PART", in: "parts"))
              - if: always()
                uses: actions/upload-artifact@v4
                with:
                  name: part-${{ matrix.part }}
                  path: parts
          merge:
            needs: part
            if: ${{ !cancelled() }}
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@v4
              - uses: OWNER/kbench@v0.1.0
                with:
                  command: --version
              - uses: actions/download-artifact@v4
                with:
                  pattern: part-*
                  path: parts
                  merge-multiple: true
              - run: |
                  \(merge(in: "parts")) >report.md || status=$?
                  cat report.md >>"$GITHUB_STEP_SUMMARY"
                  exit "${status:-0}"

        """
    }

    private var slurm: String {
        """
        #!/bin/bash
        # kbench \(name) in \(parts) parts; each goes on where it was killed.
        #   id=$(sbatch --parsable FILE)
        #   sbatch --array=0 --dependency=afterany:"$id" FILE       puts them together; fails where one is missing
        #SBATCH --job-name=kbench-\(name)
        #SBATCH --array=1-\(parts)
        #SBATCH --output=kbench-%a.log
        set -euo pipefail
        part=${SLURM_ARRAY_TASK_ID:?it is the number of a part, or 0 to put them together}
        mkdir -p parts
        if [ "$part" -eq 0 ]; then
            \(merge(in: "parts"))
        else
            \(part("$part", in: "parts"))
        fi

        """
    }

    private var k8s: String {
        """
        # kbench \(name) in \(parts) parts, on a volume that all of them reach; each goes on where it was killed.
        # When the parts are done, this puts them together, and fails where one is missing:
        #   kubectl patch job kbench-\(name)-merge --patch '{"spec":{"suspend":false}}'
        # Put the image that has kbench for IMAGE, and the name of a claim for CLAIM.
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: kbench-\(name)
        spec:
          completionMode: Indexed
          completions: \(parts)
          parallelism: \(parts)
          backoffLimitPerIndex: 1
        \(pod("part=$((JOB_COMPLETION_INDEX + 1))", part("$part", in: "/parts")))
        ---
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: kbench-\(name)-merge
        spec:
          suspend: true
          backoffLimit: 0
        \(pod(merge(in: "/parts")))

        """
    }

    /// What both Jobs run in.
    private func pod(_ lines: String...) -> String {
        """
          template:
            spec:
              restartPolicy: Never
              containers:
                - name: kbench
                  image: IMAGE
                  command:
                    - /bin/sh
                    - -euc
                    - |
        \(lines.map { "              " + $0 }.joined(separator: "\n"))
                  volumeMounts:
                    - name: parts
                      mountPath: /parts
              volumes:
                - name: parts
                  persistentVolumeClaim:
                    claimName: CLAIM
        """
    }
}
