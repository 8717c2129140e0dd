// Structures and their lists of fields: one list each, which every reader, writer and printer of messages goes through.

/// A structure of fields.
///
/// Its list of fields is the table of all versions, as the public schemas have it: names, order, the first and the last
/// version, and the first in which a field may be null. Tagged fields come last.
package protocol Structure: WireValue, Equatable {
    /// All fields at their defaults.
    init()
    /// Shows each field to `coder`. A field that the version does not have stays as it is, and is not written.
    mutating func fields(_ coder: inout some FieldCoder) throws(WireError)
}

extension Structure {
    package static var typeName: String { "{}" }
    package init(from reader: inout WireReader) throws(WireError) { self = try reader.structure() }
    package func write(to writer: inout WireWriter) throws(WireError) { try writer.structure(self) }
}

/// Something that goes through the fields of a message in one version.
package protocol FieldCoder {
    var version: Int16 { get }
    /// Whether lengths are compact, and structures end with tagged fields.
    var isFlexible: Bool { get }
    mutating func visit<V: WireValue>(_ name: StaticString, _ value: inout V, mayBeNull: Bool) throws(WireError)
    /// A field that is left out when it is `unless`.
    mutating func visitTagged<V: WireValue & Equatable>(
        _ tag: UInt32, _ name: StaticString, _ value: inout V, unless: V
    ) throws(WireError)
}

extension FieldCoder {
    /// A field of the versions from `since` to `until`; an optional one may be null from version `null` on.
    package mutating func field<V: WireValue>(
        _ name: StaticString, _ value: inout V, since: Int16 = 0, until: Int16 = .max, null: Int16 = 0
    ) throws(WireError) {
        guard version >= since, version <= until else { return }
        try visit(name, &value, mayBeNull: version >= null)
    }

    /// A tagged field of the versions from `since` on, left out when it is `unless`, its default.
    package mutating func tagged<V: WireValue & Equatable>(
        _ tag: UInt32, _ name: StaticString, _ value: inout V, unless: V, since: Int16 = 0
    ) throws(WireError) {
        guard isFlexible, version >= since else { return }
        try visitTagged(tag, name, &value, unless: unless)
    }
}
