// What things cost: the prices that a plan is worked out with.

/// Prices, in a currency of one's own.
public struct PriceSheet: Codable, Equatable, Sendable {
    /// The currency's name, such as `EUR`.
    public var currency: String
    /// A processor core for an hour.
    public var coreHour: Double
    /// A gigabyte of disk for a month.
    public var diskGigabyteMonth: Double
    /// Copies that Kafka keeps of a record.
    public var replicas: Double
    /// How busy a worker may be in the long run, as a part of what it can take, above 0 and at most 1.
    public var busyShare: Double
    /// What a million duplicates cause.
    public var millionDuplicates: Double
    /// What a million lost records cause.
    public var millionLost: Double
    /// What an hour causes in which the output is behind after a crash.
    public var hourBehind: Double

    /// Makes a sheet.
    public init(
        currency: String, coreHour: Double, diskGigabyteMonth: Double, replicas: Double, busyShare: Double,
        millionDuplicates: Double, millionLost: Double, hourBehind: Double
    ) {
        self.currency = currency
        self.coreHour = coreHour
        self.diskGigabyteMonth = diskGigabyteMonth
        self.replicas = replicas
        self.busyShare = busyShare
        self.millionDuplicates = millionDuplicates
        self.millionLost = millionLost
        self.hourBehind = hourBehind
    }

    /// The prices where nobody names others: of the size of those of a large cloud, and nothing for damage, which only
    /// whoever has it can know.
    public static let example = PriceSheet(
        currency: "EUR", coreHour: 0.045, diskGigabyteMonth: 0.09, replicas: 3, busyShare: 0.7, millionDuplicates: 0,
        millionLost: 0, hourBehind: 0)
}
