// The numbers of any JSON text, each with a name that says where it stands.
internal import Foundation

/// Finds numbers in JSON.
enum FigureTree {
    /// The numbers in `text`, by name. A name is the keys on the way joined by `/`; an element of a list is called by its
    /// strategy, sink, fidelity and name where it has them, with its client where that is not librdkafka and its setting
    /// where it has one, else by its place.
    ///
    /// - Returns: nothing where the text is not JSON.
    static func figures(in text: String) -> [String: Double] {
        var figures: [String: Double] = [:]
        if let root = try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed) {
            collect(root, "", into: &figures)
            // The version of a result's form is none of its figures.
            if (root as? [String: Any])?["schema"] is String { figures["version"] = nil }
        }
        return figures
    }

    /// The last part of a name: what is measured.
    static func kind(of name: String) -> String { String(name.split(separator: "/").last ?? "") }

    private static func collect(_ value: Any, _ path: String, into figures: inout [String: Double]) {
        let prefix = path.isEmpty ? "" : path + "/"
        switch value {
        case let object as [String: Any]:
            for (key, value) in object { collect(value, prefix + key, into: &figures) }
        case let list as [Any]:
            for (place, value) in list.enumerated() { collect(value, prefix + label(value, place), into: &figures) }
        // A truth value is no number, though Foundation makes one of it.
        case let number as NSNumber where !isBoolean(number): figures[path] = number.doubleValue
        default: break
        }
    }

    private static func label(_ value: Any, _ place: Int) -> String {
        let object = value as? [String: Any] ?? [:]
        var words = ["strategy", "sink", "fidelity", "name", "place"].compactMap { object[$0] as? String }
        // Of a benchmark of several clients, or a sweep, all rows have the same strategy.
        if !words.isEmpty, let client = object["client"] as? String, client != "librdkafka" { words.append(client) }
        if !words.isEmpty, let setting = object["setting"] as? String, !setting.isEmpty { words.append(setting) }
        return words.isEmpty ? "\(place)" : words.joined(separator: "/")
    }

    private static func isBoolean(_ number: NSNumber) -> Bool { type(of: number) == type(of: NSNumber(value: true)) }
}
