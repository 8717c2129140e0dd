// A folder of the real file system that lasts as long as its test.
import Glibc
import Posix
import Testing

final class TemporaryFolder {
    let path: String

    init() throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/kbench-tests-XXXXXX".utf8CString)
        path = try template.withUnsafeMutableBufferPointer { buffer in
            let start = try #require(buffer.baseAddress)
            return String(cString: try #require(mkdtemp(start)))
        }
    }

    deinit { try? FileSystem.removeTree(path) }
}
