// The named points of files: a call that changes one, before it is done and when it is done.
internal import Foundation
package import Harness
internal import Posix
internal import World

/// Where a call on a file can be stopped.
package struct FilePoint: Hashable, Comparable, Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        case write, sync, rename, unlink

        /// The calls that the system is asked for.
        var calls: FileCallKinds {
            switch self {
            case .write: .write
            case .sync: .sync
            case .rename: .rename
            case .unlink: .unlink
            }
        }
    }

    package enum Moment: String, Sendable, CaseIterable {
        /// Nothing is done to the file yet.
        case before
        /// The call is done, and the pipeline does not know.
        case after
    }

    package let kind: Kind
    package let moment: Moment

    package init(_ kind: Kind, _ moment: Moment) {
        self.kind = kind
        self.moment = moment
    }

    /// The point with this name, such as `file.sync.after`; nil where there is none.
    package init?(_ name: String) {
        let words = name.split(separator: ".", omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "file", let kind = Kind(rawValue: String(words[1])),
            let moment = Moment(rawValue: String(words[2]))
        else { return nil }
        self.init(kind, moment)
    }

    package static let all = Kind.allCases.flatMap { kind in Moment.allCases.map { FilePoint(kind, $0) } }

    package var description: String { "file.\(kind).\(moment)" }

    package static func < (one: FilePoint, other: FilePoint) -> Bool {
        (all.firstIndex(of: one) ?? 0) < (all.firstIndex(of: other) ?? 0)
    }
}

/// Which call something is done at: `file.write.before[path=*.jsonl]@3`.
package struct FileTrigger: Hashable, Sendable, CustomStringConvertible {
    package var point: FilePoint
    /// Which files, by a pattern that may have placeholders; nil: those of the run.
    package var path: String?
    /// Counted from 1 over the calls on such files.
    package var occurrence: Int

    package init(_ point: FilePoint, path: String? = nil, occurrence: Int = 1) {
        self.point = point
        self.path = path
        self.occurrence = occurrence
    }

    /// Reads a trigger; without `@` its occurrence is 1.
    ///
    /// - Throws: ``Diagnosis`` for what is none.
    package init(_ text: String) throws(Diagnosis) {
        func refusal(_ reason: String) -> Diagnosis {
            Diagnosis(
                cause: "'\(text)' names no call on a file: \(reason)",
                fix:
                    "write file.write, file.sync, file.rename or file.unlink with .before or .after, then"
                    + " [path=PATTERN] and @K as needed", exitCode: .usage)
        }
        guard let parts = text.wholeMatch(of: #/([a-z.]+)(?:\[path=([^\]]+)\])?(?:@([0-9]+))?/#) else {
            throw refusal("it is not of that form")
        }
        guard let point = FilePoint(String(parts.1)) else { throw refusal("there is no point \(parts.1)") }
        let occurrence = parts.3.map { Int($0) ?? 0 } ?? 1
        guard occurrence >= 1 else { throw refusal("its occurrence is no number from 1 on") }
        if let unknown = Placeholders.unknown(in: String(parts.2 ?? "")).first {
            throw refusal("there is no placeholder {\(unknown)}")
        }
        self.init(point, path: parts.2.map(String.init), occurrence: occurrence)
    }

    package var description: String { "\(point)\(path.map { "[path=\($0)]" } ?? "")@\(occurrence)" }
}

/// Which files are meant: `*` and `?` stand for what may differ but for slashes, `**` for anything.
package struct PathPattern: Hashable, Sendable {
    private let glob: Glob

    /// A pattern that does not begin with a slash is held against the end of a path, from any of its folders on.
    package init(_ pattern: String) {
        glob = Glob(pattern.hasPrefix("/") || pattern.hasPrefix("**") ? pattern : "**/\(pattern)")
    }

    package func matches(_ path: String) -> Bool { glob.matches(path) }
}
