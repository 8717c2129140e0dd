// Positions in the form of Kafka's own tool.
import Engine
import Testing
import World

@Suite("Positions as kafka-consumer-groups writes them (field case 5.4)") struct PositionsCSVTests {
    private func read(_ text: String, topic: String? = nil) throws -> Positions {
        try Positions(csv: Array(text.utf8), topic: topic, path: "reset.csv")
    }

    @Test(arguments: [
        "orders,0,17\norders,2,3\n", "\u{feff}orders,2,3\r\n\r\norders,0,17\r\n", "\"orders\",0,17\n\"orders\",2,3",
    ])
    func linesOfTopicPartitionAndOffset(text: String) throws {
        #expect(try read(text) == Positions(topic: "orders", offsets: [17, nil, 3]))
    }

    @Test func aGroupMayStandInFront() throws {
        #expect(
            try read("billing,orders,1,5\nbilling,orders,0,9\n")
                == Positions(topic: "orders", group: "billing", offsets: [9, 5]))
    }

    @Test func ofSeveralTopicsOneIsChosen() throws {
        #expect(try read("orders,0,17\nbills,0,3\n", topic: "bills") == Positions(topic: "bills", offsets: [3]))
    }

    @Test(arguments: [
        ("orders,0\n", nil, "line 1 is not topic,partition,offset or group,topic,partition,offset"),
        ("orders,0,1\norders,one,1\n", nil, "line 2 is not topic,partition,offset or group,topic,partition,offset"),
        ("orders,-1,1\n", nil, "line 1 is not topic,partition,offset or group,topic,partition,offset"),
        ("orders,9999999999,1\n", nil, "line 1 is not topic,partition,offset or group,topic,partition,offset"),
        ("orders,0,-5\n", nil, "line 1 is not topic,partition,offset or group,topic,partition,offset"),
        ("\"orders,0,5\n", nil, "line 1 is not topic,partition,offset or group,topic,partition,offset"),
        ("orders,0,1\norders,0,2\n", nil, "partition 0 is given twice"),
        ("orders,0,1\nbills,0,2\n", nil, "the file has positions of bills, orders: name one of them with --topic"),
        ("orders,0,1\n", "bills" as String?, "the file has no positions of bills but of orders"),
        ("a,orders,0,1\nb,orders,1,2\n", nil, "the file has positions of several groups (a, b): keep one's lines"),
        (" \n", nil, "the file has no positions"),
    ])
    func whatIsNoneIsRefused(text: String, topic: String?, message: String) {
        let error = #expect(throws: OffsetStoreError.self) { try read(text, topic: topic) }
        #expect(error?.message == message)
    }

    @Test func theyAreWrittenAsTheToolReadsThem() throws {
        let positions = Positions(topic: "orders", latestBatch: 4, offsets: [17, nil, 3])
        #expect(try positions.csv() == "orders,0,17\norders,2,3\n")
        #expect(try read(positions.csv()) == Positions(topic: "orders", offsets: [17, nil, 3]))
        #expect(throws: OffsetStoreError.self) { try Positions(offsets: [1]).csv() }
    }
}
