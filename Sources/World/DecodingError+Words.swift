// What is wrong with a JSON text from outside, in words that name its keys and nothing of this program.

extension DecodingError {
    /// Which key is missing, or has a value that it cannot have, in one line.
    public var words: String {
        switch self {
        case .keyNotFound(let key, let context): "'\(DecodingError.name(context.codingPath + [key]))' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "it is no JSON of that form"
                : "'\(DecodingError.name(context.codingPath))' has a value that it cannot have"
        // A case that the language may add one day.
        @unknown default: "it is no JSON of that form"
        }
    }

    /// The way to a value, such as `schedule.lives[0].arrivals`.
    private static func name(_ path: [any CodingKey]) -> String {
        path.reduce(into: "") { name, key in
            if let index = key.intValue {
                name += "[\(index)]"
            } else {
                name += (name.isEmpty ? "" : ".") + key.stringValue
            }
        }
    }
}
