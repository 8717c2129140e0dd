// What a worker process is told: the engine to run, the broker to run it against, where to die.
public import Engine

/// The file a worker is started with; the same for all of its lives but for the crash.
public struct WorkerConfiguration: Codable, Equatable, Sendable {
    /// The engine.
    public var engine: EngineConfiguration
    /// The broker's address, `host:port`.
    public var bootstrap: String
    /// Further librdkafka properties, each `name=value`.
    public var properties: [String]
    /// The topic.
    public var topic: String
    /// The crash to die of, `NAME@OCCURRENCE`; nil for none.
    public var crash: String?
    /// The file that holds the counters.
    public var countersPath: String
    /// Who keeps the offsets that the strategy commits.
    public var offsetStore: OffsetStorePlace
    /// A file that the worker waits for at the armed crash, instead of dying there; nil: it dies.
    public var holdsFor: String?

    /// Makes a configuration.
    public init(
        engine: EngineConfiguration, bootstrap: String, properties: [String], topic: String, crash: String?,
        countersPath: String, offsetStore: OffsetStorePlace = .kafka, holdsFor: String? = nil
    ) {
        self.engine = engine
        self.bootstrap = bootstrap
        self.properties = properties
        self.topic = topic
        self.crash = crash
        self.countersPath = countersPath
        self.offsetStore = offsetStore
        self.holdsFor = holdsFor
    }
}
