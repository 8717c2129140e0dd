// A topic by its name and its partitions: the shape that many messages share.

/// What a message says about a topic's partitions.
package struct NamedTopic<Partition: Structure>: Structure {
    package var name = ""
    package var partitions: [Partition] = []

    package init() {}

    package mutating func fields(_ coder: inout some FieldCoder) throws(WireError) {
        try coder.field("Name", &name)
        try coder.field("Partitions", &partitions)
    }
}
