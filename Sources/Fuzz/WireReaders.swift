// The readers of what comes over a connection: frames, messages of every version, batches of records.
internal import Compression
internal import KafkaWire

/// A message of every request and version, as bytes.
private func everyVersion(
    _ encode: (_ key: ApiKey, _ version: Int16, inout SampleCoder) throws -> EncodedFrame
) -> [[UInt8]] {
    ApiKey.allCases.flatMap { key in
        key.api.versions.compactMap { version in
            var samples = SampleCoder(
                version: version, isFlexible: key.api.isFlexible(version), .random, seed: UInt64(version))
            guard let frame = try? encode(key, version, &samples) else { return nil }
            let records = [UInt8](repeating: 7, count: frame.gaps.last?.records.range.upperBound ?? 0)
            return Array(records.withUnsafeBytes { frame.joined(with: $0) }.dropFirst(Frame.prefixLength))
        }
    }
}

private func request<A: Api>(_ api: A.Type, _ version: Int16, _ samples: inout SampleCoder) throws -> EncodedFrame {
    try A.encodeRequest(A.Request.sample(&samples), version: version, correlationId: 1, clientId: "client")
}

private func response<A: Api>(_ api: A.Type, _ version: Int16, _ samples: inout SampleCoder) throws -> EncodedFrame {
    try A.encodeResponse(A.Response.sample(&samples), version: version, correlationId: 1)
}

/// What was read is written, and read again as the same.
private func readRequest<A: Api>(_ api: A.Type, _ frame: UnsafeRawBufferPointer, _ header: RequestHeader) throws {
    let request = try A.decodeRequest(frame, header)
    func encode(_ request: A.Request) throws -> EncodedFrame {
        try A.encodeRequest(request, version: header.version, correlationId: 1, clientId: header.clientId)
    }
    let written = try encode(request).joined(with: frame).dropFirst(Frame.prefixLength)
    try written.withUnsafeBytes { bytes in
        let again = try A.decodeRequest(bytes, RequestHeader(bytes))
        let isSame = try encode(again).joined(with: bytes).dropFirst(Frame.prefixLength) == written
        precondition(isSame, "a request changes when it is read again")
    }
}

private func readResponse<A: Api>(_ api: A.Type, _ frame: UnsafeRawBufferPointer, _ version: Int16) throws {
    let response = try A.decodeResponse(frame, version: version).response
    func encode(_ response: A.Response) throws -> EncodedFrame {
        try A.encodeResponse(response, version: version, correlationId: 1)
    }
    let written = try encode(response).joined(with: frame).dropFirst(Frame.prefixLength)
    try written.withUnsafeBytes { bytes in
        let again = try A.decodeResponse(bytes, version: version).response
        let isSame = try encode(again).joined(with: bytes).dropFirst(Frame.prefixLength) == written
        precondition(isSame, "an answer changes when it is read again")
    }
}

extension Reader {
    /// A connection's bytes, in pieces: their lengths, and the header of each request.
    static func wireStream() -> Reader {
        let frames = everyVersion { try request($0.api, $1, &$2) }
        let streams = stride(from: 0, to: frames.count, by: 8).map { start in
            frames[start..<min(frames.count, start + 8)].flatMap { frame in
                withUnsafeBytes(of: UInt32(frame.count).bigEndian) { Array($0) } + frame
            }
        }
        return Reader("wire-stream", isNamedByPerson: false, corpus: streams) { bytes, _, number in
            var buffer = FrameBuffer(limit: 1 << 20)
            let size = number % 1_000 + 1
            for start in stride(from: 0, to: bytes.count, by: size) {
                bytes[start..<min(bytes.count, start + size)].withUnsafeBytes { buffer.append($0) }
                while try buffer.next({ _ = try RequestHeader($0) }) != nil {}
            }
        }
    }

    static func wireRequest() -> Reader {
        Reader(
            "wire-request", isNamedByPerson: false, corpus: everyVersion { try request($0.api, $1, &$2) }
        ) { bytes, _, _ in
            try bytes.withUnsafeBytes { frame in
                let header = try RequestHeader(frame)
                guard let key = header.api else { return }
                try readRequest(key.api, frame, header)
            }
        }
    }

    /// An answer behind the number of its request and its version, two bytes each.
    static func wireResponse() -> Reader {
        let prefixed = ApiKey.allCases.flatMap { key in
            key.api.versions.map { [UInt8(key.rawValue), UInt8($0)] }
        }
        let corpus = zip(prefixed, everyVersion { try response($0.api, $1, &$2) }).map { $0 + $1 }
        return Reader("wire-response", isNamedByPerson: false, corpus: corpus) { bytes, _, _ in
            guard bytes.count >= 2, let key = ApiKey(rawValue: Int16(bytes[0])) else { return }
            try bytes.dropFirst(2).withUnsafeBytes { try readResponse(key.api, $0, Int16(bytes[1])) }
        }
    }

    static func recordBatch() -> Reader {
        let batches = Codec.allCases.compactMap { codec in
            var builder = BatchBuilder(
                baseOffset: 1_000, codec, producer: .init(id: 5, epoch: 1, baseSequence: 0), isTransactional: true)
            for index in 0..<20 {
                try? builder.append(
                    offset: 1_000 + Int64(index * 2), timestamp: Int64(index), key: index % 3 == 0 ? nil : [1, 2],
                    value: [UInt8](repeating: UInt8(index), count: index * 9),
                    headers: index % 4 == 0 ? [("name", [1]), ("other", nil)] : [])
            }
            return try? builder.finished()
        }
        let marker = try? ControlMarker(.abort, coordinatorEpoch: 1)
            .batch(offset: 1_040, timestamp: 9, producerId: 5, producerEpoch: 1)
        let unpacker = Unpacker()
        return Reader(
            "record-batch", isNamedByPerson: false,
            corpus: batches + batches.map { $0 + (marker ?? []) } + [batches.flatMap { $0 }],
            repair: Repair.batches
        ) { bytes, _, number in
            try bytes.withUnsafeBytes { log in
                var cursor = BatchCursor(log, mayBeCutShort: number % 2 == 0)
                while let (header, batch) = try cursor.next() {
                    try header.verify(batch)
                    var records = try header.records(in: batch, unpacker, limit: 1 << 24)
                    while let record = try records.next() {
                        precondition(record.offset >= header.baseOffset && record.offset <= header.lastOffset)
                        if header.isControl { _ = try ControlMarker(record) }
                        var headers = record.headers
                        while try headers.next() != nil {}
                    }
                }
            }
        }
    }
}
