// What a worker process is told: the engine to run, the broker to run it against, where to die.
public import Engine
internal import Foundation
public import Ingestion
internal import Posix
internal import World

/// The file a worker is started with; the same for all of its lives but for the crash.
public struct WorkerConfiguration: Codable, Equatable, Sendable {
    /// The engine.
    public var engine: EngineConfiguration
    /// The broker's address, `host:port`.
    public var bootstrap: String
    /// Further librdkafka properties, each `name=value`. They are not in the file: there may be secrets among them, and the
    /// worker gets them through its standard input.
    public var properties: [String] = []
    /// Which client reads.
    public var client = ClientKind.librdkafka
    /// The topic.
    public var topic: String
    /// The crash to die of, `NAME@OCCURRENCE`; nil for none.
    public var crash: String?
    /// How to leave when SIGTERM comes, which the worker then sends itself at ``crash`` in place of dying; nil: it dies.
    public var stop: Stop?
    /// The file that holds the counters.
    public var countersPath: String
    /// Who keeps the offsets that the strategy commits.
    public var offsetStore: OffsetStorePlace
    /// Where the sink's rows go; nil where that is no topic.
    public var output: OutputTopic?
    /// Where to wait; nil: nowhere.
    public var pause: Pause?

    /// A wait in the middle of the work, as a process that was suspended, or cut off, and comes back.
    public struct Pause: Codable, Equatable, Sendable {
        /// Where: `NAME@OCCURRENCE`.
        public var at: String
        /// The file that the worker makes when it gets there.
        public var reachedPath: String
        /// The file whose appearance ends the wait.
        public var resumePath: String

        /// Makes a pause.
        public init(at: String, reachedPath: String, resumePath: String) {
            self.at = at
            self.reachedPath = reachedPath
            self.resumePath = resumePath
        }
    }
    /// The file that gets every crash point passed, a line each; nil for none.
    public var tracePath: String?
    /// The file that gets ``RunSamples``; nil for none.
    public var samplesPath: String?
    /// A program's own output operation, in place of sink and job; nil for those.
    public var results: StoredResults.Configuration?
    /// What is measured of the life; nil: nothing.
    public var measurement: Measurement?

    /// Makes a configuration.
    public init(
        engine: EngineConfiguration, bootstrap: String, properties: [String], topic: String, crash: String?,
        countersPath: String, pause: Pause? = nil, offsetStore: OffsetStorePlace = .kafka
    ) {
        self.pause = pause
        self.engine = engine
        self.bootstrap = bootstrap
        self.properties = properties
        self.topic = topic
        self.crash = crash
        self.countersPath = countersPath
        self.offsetStore = offsetStore
    }
    // MARK: On its way to the worker

    /// Writes all but the properties to a file that nobody else may read.
    ///
    /// - Throws: `DiskError`.
    package func write(to path: String) throws {
        var shown = self
        shown.properties = []
        try FileSystem.writePrivately(Array(JSONEncoder().encode(shown)), to: path)
    }

    /// The properties as the line that the worker reads first.
    package func lineOfProperties() throws -> [UInt8] {
        try Array(JSONEncoder().encode(properties)) + [UInt8(ascii: "\n")]
    }

    /// What the worker was told: the file, and the first line of its standard input.
    ///
    /// - Throws: `DiskError`, or what a file that is none of ours gives.
    package static func received(from path: String) throws -> WorkerConfiguration {
        let bytes = try PosixDisk().contents(of: path)
        var configuration = try JSONDecoder().decode(WorkerConfiguration.self, from: Data(bytes))
        let line = StandardStreams.readLineOfInput()
        if !line.isEmpty { configuration.properties = try JSONDecoder().decode([String].self, from: Data(line)) }
        return configuration
    }
}
