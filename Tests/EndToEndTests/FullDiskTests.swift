// A results folder on a disk that is full, or becomes full under way.
import Foundation
import Testing

extension EndToEnd {
    @Suite struct FullDiskTests {
        /// A small file system of its own, as long as it is needed.
        final class SmallDisk {
            let path: String
            /// Held, because a folder that something is mounted in cannot be removed.
            private let folder: Folder

            /// Mounts 1 MiB below `folder`; nil when this process may not.
            init?(in folder: Folder) {
                self.folder = folder
                path = "\(folder.path)/disk"
                guard
                    (try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)) != nil,
                    mount("kbench-test", path, "tmpfs", 0, "size=1m") == 0
                else { return nil }
            }

            deinit { umount(path) }
        }

        private static let mayMount = (try? Folder()).flatMap { SmallDisk(in: $0) } != nil

        // In the last four cases 3, 2, 1 and 0 pages are left.
        @Test(
            .enabled(if: mayMount, "needs the right to mount a small file system"),
            arguments: [0, 400_000, 1_036_288, 1_040_384, 1_044_480, 1_048_576])
        func aFullDiskIsToldInTwoLinesAndLeavesNothing(bytesTaken: Int) async throws {
            let folder = try Folder()
            let disk = try #require(SmallDisk(in: folder))
            if bytesTaken > 0 { try Data(count: bytesTaken).write(to: URL(fileURLWithPath: "\(disk.path)/taken")) }
            let outcome = try await Kbench.run(
                ["scenario", "crash-before-commit", "--records", "20000", "--out", "\(disk.path)/results"], in: folder)
            try ErrorTests.expect(outcome, exitCode: 70, cause: "No space left on device", fix: "--out", in: folder)
            #expect(try folder.contents().filter { $0.hasPrefix("disk/results/") } == [])
            withExtendedLifetime(disk) {}
        }
    }
}
