// `kbench matrix`: every cell of both worlds, field by field, and what it refuses.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct MatrixTests {
        /// The part of `--format json` that other tools rely on.
        private struct Matrix: Decodable {
            var world: String
            var cells: [Cell]
            var totals: Totals

            struct Cell: Decodable, Equatable {
                var strategy: String
                var sink: String
                var fidelity: String
                var point: String
                var row: ReportContract.Nullable<String>
                var rowIsInferred: Bool
                var crashFired: Bool
                var measured: Measured
                var simulated: ReportContract.Nullable<Measured>
                var worldsAgree: ReportContract.Nullable<Bool>
                var expected: Expected
                var agrees: Bool

                static func == (left: Cell, right: Cell) -> Bool {
                    left.point == right.point && left.sink == right.sink && left.strategy == right.strategy
                        && left.measured == right.measured
                }
            }

            struct Measured: Decodable, Equatable {
                var duplicates: Int
                var ingestDuplicates: Int
                var reexecutionDuplicates: Int
                var lost: Int
                var redone: Int
            }

            struct Expected: Decodable {
                var duplicates: Int
                var lost: Int
            }

            struct Totals: Decodable {
                var cells: Int
                var crashesFired: Int
                var agreeing: Int
                var worldsCompared: Int
                var worldsAgreeing: Int
            }
        }

        /// p, n and N; the default is too long for a test of every change.
        private static let load = ["--partitions", "2", "--block-records", "10", "--batch-records", "40"]
        private static let points = [
            "receiver.poll.before", "receiver.offsets.commit.before", "sink.write.after", "batch.submit.before",
            "engine.idle.before",
        ].joined(separator: ",")

        private func matrix(_ arguments: [String], in folder: Folder) async throws -> Matrix {
            let outcome = try await Kbench.run(["matrix", "--format", "json"] + Self.load + arguments, in: folder)
            #expect(outcome.status == .exited(0), "\(outcome)")
            #expect(outcome.errors == "", "nothing is drawn where nobody watches")
            return try JSONDecoder().decode(Matrix.self, from: Data(outcome.output.utf8))
        }

        @Test(arguments: ["sound", "spark"])
        func workersAndTheSimulatedWorldAgreeWithTheClosedFormsAndEachOther(fidelity: String) async throws {
            let folder = try Folder()
            let chosen = ["--sink", "append,batch-keyed,transactional", "--point", Self.points, "--fidelity", fidelity]
            let real = try await matrix(chosen, in: folder)
            let simulated = try await matrix(chosen + ["--world", "simulated"], in: folder)
            #expect(real.world == "real" && simulated.world == "simulated")
            #expect(real.totals.cells > 40 && real.cells.count == real.totals.cells)
            #expect(real.totals.crashesFired == real.totals.cells && real.totals.agreeing == real.totals.cells)
            #expect(real.cells == simulated.cells, "the same engine must do the same in both worlds")
            #expect(real.totals.worldsCompared == real.totals.cells && real.totals.worldsAgreeing == real.totals.cells)
            #expect(real.cells.map(\.simulated.value) == simulated.cells.map(\.measured))
            #expect(simulated.totals.worldsCompared == 0)
            #expect(simulated.cells.allSatisfy { $0.simulated.value == nil && $0.worldsAgree.value == nil })
            // What Spark's automatic commits do was read in its source; a kill before the commit was counted.
            let inferred = Set(real.cells.filter(\.rowIsInferred).map(\.strategy))
            #expect(inferred.isSuperset(of: ["receiver", "direct-transactional"]) && !inferred.contains("direct"))
            for cell in real.cells {
                #expect(cell.worldsAgree.value == true, "\(cell)")
                #expect(cell.agrees && cell.crashFired && cell.fidelity == fidelity, "\(cell)")
                #expect(cell.measured.duplicates == cell.expected.duplicates, "\(cell)")
                #expect(cell.measured.lost == cell.expected.lost, "\(cell)")
            }
            try folder.expectNothingLeftBehind()
        }

        @Test(arguments: ["spark", "sound"])
        func theDriftWindowAndTheTimeBeforeAPositionAndAFailingTaskAreCells(fidelity: String) async throws {
            let folder = try Folder()
            let chosen = [
                "--strategy", "direct,direct-commit", "--sink", "append,batch-keyed", "--fidelity", fidelity, "--point",
                "checkpoint.generation.write.before,batch.offsets.commit.before,sink.write.fails",
            ]
            let real = try await matrix(chosen, in: folder)
            let simulated = try await matrix(chosen + ["--world", "simulated"], in: folder)
            #expect(real.cells == simulated.cells)
            let rows = Set(real.cells.compactMap(\.row.value))
            #expect(rows.isSuperset(of: ["P0", "P2a", "P2b", "T"]), "\(rows)")
            let failing = real.cells.filter { $0.row.value == "T" }
            #expect(failing.allSatisfy { $0.measured.duplicates == ($0.sink == "append" ? 20 : 0) && $0.crashFired })
            // The trap: half of the partitions, then all of them, lose what arrived; nothing arrives in a sound run.
            let lost = real.cells.filter { $0.sink == "batch-keyed" && ["P2a", "P2b"].contains($0.row.value) }
                .map(\.measured.lost)
            #expect(lost.sorted() == (fidelity == "spark" ? [0, 60, 120] : [0, 0, 0]))
        }

        @Test func sparksHoleAtTheStartLosesWhatWasCommittedButOneRecordAPartition() async throws {
            let folder = try Folder()
            let found = try await matrix(
                [
                    "--strategy", "receiver-wal", "--sink", "append", "--point", "receiver.poll.before", "--fidelity",
                    "spark", "--world", "simulated",
                ], in: folder)
            let hole = try #require(found.cells.first { $0.row.value == "F" })
            // Two blocks of ten are committed when it dies, one record of each of two partitions is read again.
            #expect(hole.measured.lost == 18 && hole.measured.duplicates == 0)
        }

        @Test(arguments: [
            (["--strategy", "direkt"], "--strategy: there is no 'direkt'"),
            (["--fidelity", "flink"], "--fidelity: 'flink' is no fidelity"),
            (["--partitions", "0"], "--partitions: 0 is not within 1 to 1000"),
            (["--batch-records", "1"], "--batch-records: 1 is not within 100 to 1000000"),
            (
                ["--strategy", "direct-transactional", "--sink", "append"],
                "direct-transactional cannot write to append: it keeps its offsets in the sink"
            ),
            (["--strategy", "direct", "--point", "receiver.poll.before"], "no strategy that was chosen reaches"),
        ])
        func aMistakeIsRefusedInTwoLines(arguments: [String], cause: String) async throws {
            let folder = try Folder()
            let outcome = try await Kbench.run(["matrix"] + arguments, in: folder)
            #expect(outcome.status == .exited(64), "\(outcome)")
            #expect(outcome.output == "")
            #expect(outcome.errorLines.count == 2 && outcome.errorLines[0].contains(cause), "\(outcome)")
            #expect(outcome.errorLines.last?.hasPrefix("fix: ") == true)
        }
    }
}
