// The readers of the proxy: frames that it looks into or changes, and triggers as people write them.
internal import KafkaProxy
internal import KafkaWire

extension Reader {
    /// A request as the proxy looks at it, and the error it may be answered with.
    static func proxyRequest() -> Reader {
        // Records of most samples are none.
        let corpus = wireRequest().mutator.corpus.filter { (try? look($0)) != nil }
        return Reader("proxy-request", isNamedByPerson: false, corpus: corpus) { bytes, _, _ in try look(bytes) }
    }

    private static func look(_ request: [UInt8]) throws {
        try request.withUnsafeBytes { frame in
            let header = try RequestHeader(frame)
            let facts = try RequestFacts(frame, header, TopicNames())
            var ledger = WireLedger()
            if let facts { _ = ledger.enter(facts, connection: 1) }
            _ = try ErrorAnswer.toRequest(frame, header, 16)
        }
    }

    /// An answer behind the number of its request and its version: each change that may be made to it.
    static func proxyResponse() -> Reader {
        Reader("proxy-response", isNamedByPerson: false, corpus: wireResponse().mutator.corpus) { bytes, _, number in
            guard bytes.count >= 2 else { return }
            let (key, version) = (Int16(bytes[0]), Int16(bytes[1]))
            try bytes.dropFirst(2).withUnsafeBytes { frame in
                switch (number % 4, AddressedApi(rawValue: key)) {
                case (1, let api?):
                    let addresses = try Addresses(frame, of: api, version: version)
                    let same = try addresses.replaced(in: frame) { $0 }
                    precondition(same.dropFirst(4).elementsEqual(frame), "an answer changes with the same addresses")
                case (1, nil) where key == ApiKey.apiVersions.rawValue:
                    _ = try VersionLimits.narrowed(frame, version: version)
                case (2, .fetch): _ = try FetchTrim.trimmed(frame, version: version)
                case (3, _): _ = try ErrorAnswer.ofResponse(frame, key: key, version: version, 16)
                default:
                    var names = TopicNames()
                    guard let facts = try ResponseFacts(frame, of: key, version: version, &names) else { return }
                    var ledger = WireLedger()
                    if let ticket = ledger.enter(.fetch([]), connection: 1) {
                        ledger.enter(facts, of: ticket, isTold: true)
                    }
                }
            }
        }
    }

    /// A trigger, which is written as it is read.
    static func trigger() -> Reader {
        let corpus = [
            "wire.fetch.records@3", "wire.offset-commit.request", "wire.end-txn.response@12", "wire.api-99.request@1",
            "wire.produce.request[topic=a,partition=2,client=c]@1",
        ]
        return Reader(
            "trigger", isNamedByPerson: true, corpus: corpus.map { Array($0.utf8) },
            words: ["wire.", "@", "[", "]", "topic=", "partition=", "client=", ","]
        ) { bytes, _, _ in
            let trigger = try WireTrigger(String(decoding: bytes, as: UTF8.self))
            let again = try WireTrigger("\(trigger)")
            precondition(again == trigger, "a trigger changes when it is written")
        }
    }
}
