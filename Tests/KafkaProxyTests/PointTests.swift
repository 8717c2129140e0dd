// Points by name, triggers as text, and which frame of many fires.
import KafkaWire
import Testing

@testable import KafkaProxy

@Suite("Points") struct PointTests {
    @Test("have a name for every request that Kafka numbers, and for those to come")
    func names() {
        for key in Int16(0)...120 {
            for moment in WirePoint.Moment.allCases where moment != .records || key == 1 {
                let point = WirePoint(key, moment)
                #expect(WirePoint("\(point)") == point)
            }
        }
        #expect("\(WirePoint(8, .request))" == "wire.offset-commit.request")
        #expect("\(WirePoint.fetchRecords)" == "wire.fetch.records")
        #expect("\(WirePoint(68, .response))" == "wire.consumer-group-heartbeat.response")
        #expect("\(WirePoint(200, .request))" == "wire.api-200.request")
        for key in ApiKey.allCases {
            // The codec has the same names, in another case.
            let words = "\(key)".reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
            #expect(ApiNames.name(of: key.rawValue) == words)
        }
    }

    @Test(
        "are refused where there is none",
        arguments: [
            "", "wire", "wire.fetch", "wire.fetch.request.x", "disk.fetch.request", "wire.nothing.request",
            "wire.produce.records", "wire.api-3.request", "wire.fetch.", ".fetch.request",
        ])
    func noPoint(name: String) { #expect(WirePoint(name) == nil) }

    @Test("are read as triggers, and written as they were read")
    func triggers() throws {
        let cases: [(text: String, trigger: WireTrigger)] = [
            ("wire.fetch.records@3", WireTrigger(.fetchRecords, occurrence: 3)),
            ("wire.end-txn.request@1", WireTrigger(WirePoint(26, .request))),
            (
                "wire.produce.request[topic=a@b,partition=0,client=c=d]@12",
                WireTrigger(WirePoint(0, .request), topic: "a@b", partition: 0, clientId: "c=d", occurrence: 12)
            ),
        ]
        for (text, trigger) in cases {
            #expect(try WireTrigger(text) == trigger)
            #expect("\(trigger)" == text)
        }
        #expect(try WireTrigger("wire.fetch.records") == WireTrigger(.fetchRecords, occurrence: 1))
    }

    @Test(
        "say what is wrong with a trigger",
        arguments: [
            ("wire.fetch.records@0", "occurrence"), ("wire.fetch.records@x", "occurrence"),
            ("wire.fetch.records@99999999999999999999", "occurrence"), ("wire.fetch.nothing@1", "no point"),
            ("wire.fetch.records[topic=a", "do not end"), ("wire.fetch.records[]", "not name=value"),
            ("wire.fetch.records[topic]", "not name=value"), ("wire.fetch.records[colour=red]", "no filter colour"),
            ("wire.fetch.records[partition=-1]", "partition -1"), ("wire.end-txn.request[topic=a]", "not told apart"),
        ])
    func wrongTriggers(text: String, reason: String) {
        let error = #expect(throws: TriggerError.self) { try WireTrigger(text) }
        #expect(error?.cause.contains(reason) == true, "\(error?.cause ?? "")")
    }

    @Test("fire once, at the frame that is the how-manieth to pass the filters")
    func firing() {
        let commit = WirePoint(8, .request)
        let places = [WirePlace("a", 0), WirePlace("a", 1)]
        let cases: [(trigger: WireTrigger, fires: [Int])] = [
            (WireTrigger(commit), [1]), (WireTrigger(commit, occurrence: 4), [4]),
            (WireTrigger(commit, occurrence: 11), []),
            // Frame n is of client n % 2 and names partition n % 3 of topic a.
            (WireTrigger(commit, clientId: "1", occurrence: 2), [3]),
            (WireTrigger(commit, partition: 2, occurrence: 2), [5]),
            (WireTrigger(commit, topic: "a", partition: 0, clientId: "0"), [6]),
            (WireTrigger(commit, topic: "b"), []), (WireTrigger(WirePoint(8, .response)), []),
        ]
        for (trigger, fires) in cases {
            var watch = PointWatch()
            watch.arm(trigger, .kill)
            let fired = (1...10).filter { number in
                let fired = watch.pass(
                    commit, clientId: "\(number % 2)", places: [WirePlace("a", Int32(number % 3)), WirePlace("c", 9)])
                return fired?.trigger == trigger
            }
            #expect(fired == fires, "\(trigger)")
            #expect(watch.census == [commit: 10])
            #expect(watch.isArmed == fires.isEmpty)
        }
        // Occurrences are counted from the arming on; both that fire at once are done with.
        var watch = PointWatch()
        _ = watch.pass(commit, clientId: nil, places: places)
        watch.arm(WireTrigger(commit), .cut)
        watch.arm(WireTrigger(commit), .stop)
        #expect(watch.pass(commit, clientId: nil, places: places)?.action == .cut)
        #expect(watch.pass(commit, clientId: nil, places: places) == nil)
    }
}
