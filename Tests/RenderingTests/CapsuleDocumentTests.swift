// What a capsule comes to, in every form.
import Foundation
import Testing

@testable import Rendering
@testable import Results

@Suite struct CapsuleDocumentTests {
    private static let life = """
        {"record": "simulated/0@17", "deliveries": 0, "moments": [
          {"life": 0, "place": "broker", "what": "produced", "isPointOfNoReturn": false},
          {"life": 1, "place": "world", "what": "the process dies", "isPointOfNoReturn": true}]}
        """

    @Test func theLifeOfARecordNamesItsPointOfNoReturn() throws {
        let life = try RecordLifeResult(json: Data(Self.life.utf8))
        let text = try OutputFormat.text.render(life)
        #expect(text.contains("record simulated/0@17: lost"))
        #expect(text.contains("the process dies") && text.contains("<- point of no return"))
        #expect(try OutputFormat.csv.render(life).contains("world,the process dies,"))
        #expect(try OutputFormat.json.render(life).contains("\"schema\" : \"kbench.record-life\""))
    }

    @Test(arguments: [true, false])
    func aReplaySaysWhetherItIsTheSame(isSame: Bool) throws {
        let json = """
            {"schedule": "direct/append", "produced": 10, "duplicates": 1, "lost": 2, "corrupted": 0,
            "breach": "loss", "traceHash": "aa", "expectedTraceHash": "bb", "isSame": \(isSame), "capsuleVersion": "1"}
            """
        let text = try OutputFormat.text.render(try ReplayResult(json: Data(json.utf8)))
        #expect(text.contains(isSame ? "SAME as in the capsule" : "DIFFERS: the capsule has trace bb"))
        #expect(text.contains("produced 10, duplicates 1, lost 2, corrupted 0"))
        #expect(text.contains("breaks loss, trace aa"))
    }
}
