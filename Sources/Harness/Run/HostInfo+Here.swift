// This machine and this build, as results name them.
internal import Foundation
internal import Kafka
internal import Posix
package import Results

extension HostInfo {
    /// What a result is made with here: `version` is kbench's, `client` the one that read, and `folder` lies where the files
    /// of its runs do.
    ///
    /// - Throws: ``SystemError`` where the folder is not there.
    package static func here(version: String, client: String? = nil, folder: String) throws -> HostInfo {
        HostInfo(
            kbench: version, commit: BuildCommit.of(try Processes.executablePath()), librdkafka: KafkaLibrary.version,
            client: client, system: Processes.kernelDescription(), cores: Processes.processorCount(),
            fileSystem: try FileSystem.kind(at: folder), processor: Processes.processorName())
    }
}

/// The commit that a program was built from, which lies in a file beside it: what is built has no place of its own for it.
package enum BuildCommit {
    /// What is said where nothing is known.
    package static let unknown = "unknown"

    /// The commit of the program at `path`, with `-dirty` where files had changed since. `scripts/note-commit` writes it behind
    /// each build, and an installation brings it along; a program that is newer than the file was built from something else.
    package static func of(_ path: String) -> String {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let places = ["\(path).commit", "\(folder)/../share/kbench/commit", "\(folder)/../../share/kbench/commit"]
        func time(_ path: String) -> Date? {
            (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
        }
        guard let built = time(path) else { return unknown }
        for place in places {
            guard let noted = time(place), noted >= built, let data = FileManager.default.contents(atPath: place) else {
                continue
            }
            let words = String(decoding: data.prefix(100), as: UTF8.self).split(whereSeparator: \.isWhitespace)
            guard let word = words.first, words.count == 1, word.wholeMatch(of: /[0-9a-f]{7,40}(-dirty)?/) != nil else {
                continue
            }
            return String(word)
        }
        return unknown
    }
}
