// A row as JSON: every key always there, with null for what was not measured.

extension BenchRow {
    enum CodingKeys: String, CodingKey {
        case setting, strategy, sink, guarantee, recordsPerSecond, ratioToRaw, ratioToCeiling
        case cpuSecondsPerMillionRecords, cpu, peakResidentBytes, latencyMicroseconds, latencyStages, offered
        case fsyncs, fsyncsPerSecond, writeCalls, bytesWrittenLogical, bytesWrittenPhysical
        case walBytesPerIngestedByte, walFactor, walBytesPeak, checkpointBytes, walLiveBytes, duplicates, lost,
            corrupted, crash, measuredSeconds
    }

    /// What a reader is told that does not know where a rate begins to mean something.
    private enum DerivedKeys: String, CodingKey { case tooShort }

    /// Writes every key.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(setting, forKey: .setting)
        try container.encode(strategy, forKey: .strategy)
        try container.encode(sink, forKey: .sink)
        try container.encode(guarantee, forKey: .guarantee)
        try container.encode(recordsPerSecond, forKey: .recordsPerSecond)
        try container.encode(ratioToRaw, forKey: .ratioToRaw)
        try container.encode(ratioToCeiling, forKey: .ratioToCeiling)
        try container.encode(cpuSecondsPerMillionRecords, forKey: .cpuSecondsPerMillionRecords)
        try container.encode(cpu, forKey: .cpu)
        try container.encode(peakResidentBytes, forKey: .peakResidentBytes)
        try container.encode(latencyMicroseconds, forKey: .latencyMicroseconds)
        try container.encode(latencyStages, forKey: .latencyStages)
        try container.encode(offered, forKey: .offered)
        try container.encode(fsyncs, forKey: .fsyncs)
        try container.encode(fsyncsPerSecond, forKey: .fsyncsPerSecond)
        try container.encode(writeCalls, forKey: .writeCalls)
        try container.encode(bytesWrittenLogical, forKey: .bytesWrittenLogical)
        try container.encode(bytesWrittenPhysical, forKey: .bytesWrittenPhysical)
        try container.encode(walBytesPerIngestedByte, forKey: .walBytesPerIngestedByte)
        try container.encode(walFactor, forKey: .walFactor)
        try container.encode(walBytesPeak, forKey: .walBytesPeak)
        try container.encode(checkpointBytes, forKey: .checkpointBytes)
        try container.encode(walLiveBytes, forKey: .walLiveBytes)
        try container.encode(duplicates, forKey: .duplicates)
        try container.encode(lost, forKey: .lost)
        try container.encode(corrupted, forKey: .corrupted)
        try container.encode(crash, forKey: .crash)
        try container.encode(measuredSeconds, forKey: .measuredSeconds)
        var derived = encoder.container(keyedBy: DerivedKeys.self)
        try derived.encode(isTooShort, forKey: .tooShort)
    }
}
