// The claims and their verdicts.
package import Results

extension ClaimsResult: Presentable {
    /// A table, then for each claim the numbers and the command behind its verdict.
    package var document: Document {
        var document = Document()
        document.add(.heading("Claims and what was measured", level: 1), for: .report)
        document.add(
            .table(
                Table(
                    claims,
                    [
                        .words("id") { $0.id }, .words("verdict") { $0.verdict.rawValue },
                        .words("claim", wraps: true) { $0.claim }, .words("because", wraps: true) { $0.because },
                    ])))
        for claim in claims {
            guard let command = claim.command else { continue }
            document.add(.heading("\(claim.id): \(claim.verdict.rawValue)", level: 2), for: .report)
            document.add(
                .list(claim.evidence.sorted { $0.key < $1.key }.map { "\($0.key): \(Numbers.plain($0.value))" }),
                for: .report)
            document.add(.code(command, label: "\(claim.id) again"))
        }
        return document
    }
}
