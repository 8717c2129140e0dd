// How long kept results took: the file that says so in each folder of results.
internal import Foundation
package import Results

/// Paces below a folder for results.
package enum KeptPaces {
    /// So many folders are looked at, the newest first.
    private static let mostFolders = 500

    /// The paces of what is kept in `base`, and of `base` itself; none where there is no such folder.
    package static func inside(_ base: String) -> [KeptPace] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []).sorted()
            .filter { !$0.hasPrefix(".") && $0 != "latest" }.suffix(mostFolders)
        let root = base.hasSuffix("/") ? String(base.dropLast()) : base
        return ([root] + names.map { "\(root)/\($0)" }).compactMap { folder in
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(ResultsFolder.paceFile)"),
                let pace = try? JSONDecoder().decode(Pace.self, from: data)
            else { return nil }
            return KeptPace(folder: folder, pace: pace)
        }
    }

    /// A pace as the text of its file.
    ///
    /// - Throws: `EncodingError` for a number that is not finite.
    package static func text(of pace: Pace) throws -> String {
        try JSONText.of(pace, formatting: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]) + "\n"
    }
}
