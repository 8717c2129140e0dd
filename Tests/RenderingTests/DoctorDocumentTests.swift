// What the doctor found, as people and programs read it.
import Foundation
import Results
import Testing

@testable import Rendering

@Suite("The table of the doctor") struct DoctorDocumentTests {
    private static let result = DoctorResult(
        [
            .init("versions", found: "kbench 0.1.0", means: "others may differ", mend: "nothing"),
            .init(
                "sync", .warning, found: "p99 81 ms", means: "logs wait", mend: "a quieter disk",
                figures: ["p99": 0.081]),
            .init("fetch", .skipped, found: "not tried", means: "strategies read"),
            .init("free space", .failure, found: "1 MB", means: "nothing fits", mend: "free some"),
        ], seconds: 2.25)

    @Test("begins with what fails, then what is to be minded, and says below what mends them")
    func text() {
        #expect(
            Self.result.document.text(width: 100) == """
                FAILURE doctor: 1 of 4 in order, 1 failing, 1 to be minded, 1 not looked at (2.3 s)

                what        state    found         what it means for results
                ----------  -------  ------------  -------------------------
                free space  failure  1 MB          nothing fits
                sync        warning  p99 81 ms     logs wait
                versions    ok       kbench 0.1.0  others may differ
                fetch       skipped  not tried     strategies read

                - free space: free some
                - sync: a quieter disk

                """)
        #expect(DoctorResult([], seconds: 0).document.text().hasPrefix("OK doctor: 0 of 0 in order (0.0 s)"))
    }

    @Test("has each figure in a line of its own in CSV, and comes back from its JSON")
    func programs() throws {
        let csv = Self.result.document.csv
        #expect(
            csv.hasPrefix(
                "name,standing,figure,value,found,means,mend\r\nversions,ok,,,kbench 0.1.0,others may differ,"))
        #expect(csv.contains("\r\nsync,warning,p99,0.081,,,\r\n"))
        #expect(try DoctorResult(json: Data(Self.result.json().utf8)) == Self.result)
    }
}
