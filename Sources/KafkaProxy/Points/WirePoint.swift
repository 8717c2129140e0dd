// The named points of the wire: a request before the broker has it, an answer before the client has it.

/// Where a frame can be stopped.
package struct WirePoint: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// On which way a frame is.
    package enum Moment: String, Sendable, CaseIterable {
        /// The broker does not have it yet.
        case request
        /// The broker has done it, and the client does not know.
        case response
        /// An answer to Fetch with at least one record; the client does not have it yet.
        case records
    }

    /// The number of the request.
    package let key: Int16
    package let moment: Moment

    package init(_ key: Int16, _ moment: Moment) {
        self.key = key
        self.moment = moment
    }

    private static let fetch: Int16 = 1
    package static let fetchRecords = WirePoint(fetch, .records)

    /// The point with this name, such as `wire.offset-commit.request`; nil where there is none.
    package init?(_ name: String) {
        let words = name.split(separator: ".", omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "wire", let key = ApiNames.key(of: String(words[1])),
            let moment = Moment(rawValue: String(words[2])), moment != .records || key == Self.fetch
        else { return nil }
        self.init(key, moment)
    }

    package var description: String { "wire.\(ApiNames.name(of: key)).\(moment.rawValue)" }

    /// By number, then in the order in which a frame comes to them.
    package static func < (one: WirePoint, other: WirePoint) -> Bool {
        (one.key, one.moment.order) < (other.key, other.moment.order)
    }
}

extension WirePoint.Moment {
    fileprivate var order: Int {
        switch self {
        case .request: 0
        case .records: 1
        case .response: 2
        }
    }
}
