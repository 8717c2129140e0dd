// What a plan comes to, worked out by hand.
import Results
import Testing

@Suite struct CostModelTests {
    private static let prices = PriceSheet(
        currency: "EUR", coreHour: 0.1, diskGigabyteMonth: 0.5, replicas: 3, busyShare: 0.5, millionDuplicates: 10,
        millionLost: 1_000, hourBehind: 36)
    private static let inputs = CostInputs(
        recordsPerSecond: 1_000_000, recordBytes: 100, batchSeconds: 2, retentionSeconds: 100, crashesPerDay: 4,
        prices: prices)

    private static let logged: CostBasis = {
        var basis = CostBasis()
        basis.cpuSecondsPerMillion = 2
        basis.workerRecordsPerSecond = 800_000
        basis.logFactor = 1.5
        basis.segmentBytes = 1e8
        basis.duplicateBatches = 0.25
        basis.lostBatches = 0.125
        basis.restartSeconds = 1
        basis.readBytesPerSecond = 1e9
        return basis
    }()

    @Test func everythingOfARowWithALog() throws {
        let figures = Self.logged.figures(Self.inputs)
        #expect(figures.cores == 2)
        // 1,000,000 of 400,000 that a worker may take.
        #expect(figures.workers == 3)
        // Two batches of 200 MB, one and a half times, and the segment.
        #expect(figures.logBytes == 7e8 && figures.logBytesPerDay == 1.5e8 * 86_400)
        #expect(figures.kafkaBytes == 3e10)
        #expect(figures.duplicatesPerDay == 2_000_000 && figures.lostPerDay == 1_000_000)
        // 1 s to start and 0.7 s to read; then 1,700,000 that came and 500,000 again, at 1,400,000 a second beside the load.
        let recovery = try #require(figures.recoverySeconds)
        #expect((recovery - (1.7 + 2.2 / 1.4)).magnitude < 1e-12)
        #expect(figures.coresMoney == 2 / 0.5 * 730.5 * 0.1)
        #expect(figures.diskMoney == 30.7 * 0.5)
        let crashes = 4 * 30.4375
        #expect((figures.damageMoney - crashes * (0.5 * 10 + 0.25 * 1_000)).magnitude < 1e-6)
        let behind = try #require(figures.recoveryMoney)
        #expect((behind - crashes * recovery * 0.01).magnitude < 1e-9)
        let all = try #require(figures.money)
        #expect((all - (figures.coresMoney ?? 0) - figures.diskMoney - figures.damageMoney - behind).magnitude < 1e-9)
    }

    @Test func whatIsNotKnownIsNotMadeUp() {
        var basis = CostBasis()
        basis.duplicateRecords = 100
        let figures = basis.figures(Self.inputs)
        #expect(
            figures.cores == nil && figures.workers == nil && figures.recoverySeconds == nil && figures.money == nil)
        #expect(figures.duplicatesPerDay == 400 && figures.logBytes == 0)
        basis.restartSeconds = 2
        #expect(basis.figures(Self.inputs).recoverySeconds == 2, "how fast it catches up nobody knows")
        let range = CostRange(median: basis, low: CostBasis(), high: basis).figures(Self.inputs)
        #expect(range.interval { $0.recoverySeconds } == nil)
        #expect(range.interval { $0.duplicatesPerDay } == Interval(median: 400, low: 0, high: 400))
    }
}
