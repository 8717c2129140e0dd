// Turns every error there is into one line of cause, one line of fix and an exit code.
internal import Engine
internal import Exploration
internal import Foundation
internal import Kafka
internal import Posix
public import World
internal import WriteAheadLog

/// What a person is told about an error, in a form that also crosses from a worker process to the harness.
public struct Diagnosis: DiagnosticError, Codable, Equatable {
    /// The cause in one line.
    public var cause: String
    /// The fix in one line.
    public var fix: String
    /// The exit code.
    public var exitCode: ExitStatus { ExitStatus(rawValue: code) ?? .internalError }
    private var code: Int32
    /// Whether an engine would not go on over what it found: for a scenario that can be the right outcome.
    package var isRefusal = false

    /// Makes a diagnosis.
    public init(cause: String, fix: String, exitCode: ExitStatus) {
        self.cause = cause.printableLine
        self.fix = fix.printableLine
        code = exitCode.rawValue
    }

    /// Explains an error of any kind.
    public init(of error: any Error) {
        self.init(kind: error)
        // Whatever could not be opened, the broker's connection included: the process has no descriptor left.
        guard cause.contains(Diagnosis.noDescriptors) else { return }
        self.init(
            cause: cause, fix: "raise the limit of open files, such as with ulimit -n 1024", exitCode: .internalError)
    }

    /// The system's words for EMFILE.
    private static let noDescriptors = "Too many open files"

    private init(kind error: any Error) {
        switch error {
        case let error as Diagnosis: self = error
        case let error as any DiagnosticError:
            self.init(cause: error.cause, fix: error.fix, exitCode: error.exitCode)
        case let error as BrokerError: self.init(broker: error)
        case let error as OffsetStoreError: self.init(store: error)
        case let error as DiskError: self.init(disk: error, cause: "\(error)")
        case let error as LogError:
            if let disk = error.cause {
                self.init(disk: disk, cause: "\(error)")
            } else {
                self.init(
                    cause: "\(error)",
                    fix: "the write-ahead log is damaged: restore the file, or start over in an empty folder",
                    exitCode: .internalError)
                isRefusal = true
            }
        case let error as EngineError:
            self.init(engine: error)
            isRefusal = !Diagnosis.isNoRefusal.contains(error.code)
        case let error as StoreError: self.init(store: error)
        case let error as ExplorationError:
            let fix =
                switch error.code {
                case .noCapsule: "name a file that kbench atlas, swarm, mutants or shrink wrote"
                case .nothingBroken: "there is nothing to shrink: see kbench replay"
                case .noRecord: "leave out --record to be told of the first record that went wrong"
                default: "this is not expected: please report it with the command"
                }
            self.init(
                cause: "\(error)", fix: fix, exitCode: error.code == .notRepeatable ? .internalError : .usage)
        default:
            // What has a text of its own says it there; everything else is ours, and says it in `description`.
            let words = (error as? any LocalizedError)?.errorDescription ?? "\(error)"
            self.init(
                cause: words, fix: "this is not expected: please report it with the command",
                exitCode: .internalError)
        }
    }

    private init(broker error: BrokerError) {
        // librdkafka's word for a thread that could not be started.
        if "\(error)".contains("_CRIT_SYS_RESOURCE") {
            self.init(
                cause: "\(error)", fix: "raise the limits of memory and of threads (ulimit -v, ulimit -u)",
                exitCode: .internalError)
            return
        }
        switch error.code {
        case .unreachable:
            self.init(
                cause: "\(error)",
                fix: "check --brokers and that a Kafka broker listens there, or leave --brokers out "
                    + "to use the embedded one", exitCode: .brokerUnreachable)
        case .configuration:
            // Most of these say themselves where they are.
            let isPlaced =
                error.location == KafkaConfiguration.addressLocation || error.message.hasPrefix(error.location)
            self.init(
                cause: isPlaced ? error.message : "\(error)",
                fix: error.location == KafkaConfiguration.addressLocation
                    ? "name one cluster, with --brokers HOST:PORT or with bootstrap.servers in -X or -F"
                    : "correct what was given with -X, -F, --topic-config or --replication-factor", exitCode: .usage)
        case .offsetOutOfRange:
            self.init(
                cause: "\(error)", fix: "the broker evicted records before they were read: raise the topic's retention",
                exitCode: .invalidRun)
        case .fenced:
            self.init(
                cause: "\(error)", fix: "the group took this member for dead: raise session-timeout-ms",
                exitCode: .brokerUnreachable)
        case .notAllowed:
            self.init(
                cause: "\(error)", fix: "give credentials in a file with -F (security.protocol, sasl.username, ...)",
                exitCode: .brokerUnreachable)
        default:
            self.init(
                cause: "\(error)", fix: "look at the broker's own log; the run can be repeated as it is",
                exitCode: .brokerUnreachable)
        }
    }

    private init(disk error: DiskError, cause: String) {
        switch error.code {
        case _ where error.path == StandardStreams.outputName:
            self.init(
                cause: cause, fix: "write it elsewhere: standard output is full, or nobody reads it",
                exitCode: .internalError)
        case .noSpace:
            self.init(
                cause: cause,
                fix: "free space, or choose a folder on another file system with --out", exitCode: .internalError)
        case .notFound:
            self.init(
                cause: cause, fix: "restore it, or start over in an empty folder: somebody else removed it",
                exitCode: .internalError)
        case .notAllowed, .exists:
            self.init(cause: cause, fix: "choose a folder that can be written with --out", exitCode: .usage)
        default:
            self.init(
                cause: cause, fix: "check the device; the run can be repeated as it is", exitCode: .internalError)
        }
    }

    private init(store error: StoreError) {
        switch error.code {
        case .busy:
            self.init(
                cause: "\(error)", fix: "end the other program that holds the database, then start again",
                exitCode: .internalError)
        case .noSpace:
            self.init(
                cause: "\(error)",
                fix: "free space, or choose a folder on another file system with --out",
                exitCode: .internalError)
        case .notAllowed:
            self.init(cause: "\(error)", fix: "choose a folder that can be written with --out", exitCode: .usage)
        case .damaged:
            self.init(
                cause: "\(error)", fix: "restore the database, or start over in an empty folder",
                exitCode: .internalError)
        default:
            self.init(
                cause: "\(error)", fix: "check the device; the run can be repeated as it is", exitCode: .internalError)
        }
    }

    private init(engine error: EngineError) {
        let export = "kbench offsets export checkpoint:\(Diagnosis.stateFolder(error.location)) --to FILE"
        let begin = "then kbench offsets import FILE checkpoint:NEWFOLDER (for a receiver: its group) and start there"
        let (fix, exitCode): (String, ExitStatus) =
            switch error.code {
            case .dataLost:
                (
                    "raise the topic's retention, or write 'on-data-loss: skip' to go on behind them",
                    .invalidRun
                )
            case .topicReplaced:
                (
                    "check that it is the topic that was meant, or set the position right with kbench offsets import; where the sink is append or batch-keyed, "
                        + "'on-data-loss: skip' reads it from its beginning", .invalidRun
                )
            case .concurrentDriver: ("stop the other driver that works on this folder", .internalError)
            case .fenced:
                (
                    "leave the other driver to it, which goes on from the stored offsets: nothing is lost or doubled; "
                        + "or end it and start this one again", .internalError
                )
            case .storedOffsetGap: ("start from the sink's stored offsets, or with an empty sink", .internalError)
            case .impossibleSink: ("use the sink transactional, where its database can be opened", .internalError)
            case .impossibleTasks:
                ("leave out task-slots and repartition, or use another sink", .internalError)
            case .damagedShuffle: ("check the device; the run can be repeated as it is", .internalError)
            case .incompatibleState:
                ("run the job and the version that wrote it, or start over in an empty folder", .internalError)
            case .impossibleStart: ("give one offset for each partition, 0 or more", .internalError)
            case .incompatibleCheckpoint:
                ("run the version that wrote it, or take its positions along: \(export), \(begin)", .usage)
            case .unknownCheckpointFormat: ("export its positions with the kbench that wrote it, \(begin)", .usage)
            case .damagedCheckpoint:
                (
                    "restore the file, or begin at positions saved elsewhere: kbench offsets import FILE "
                        + "checkpoint:NEWFOLDER; in an empty folder everything runs again", .internalError
                )
            case .noSavedState: ("name another place to take positions from: see kbench offsets --help", .usage)
            case .stateExists: ("name a new folder, or supersede a state without a log with --force", .usage)
            case .taskFailed: ("find out why from the cause, or raise task-attempts", .internalError)
            case .damagedBlock:
                (
                    "restore the file, or start over in an empty folder: the broker still has the records if its retention "
                        + "allows", .internalError
                )
            case .unansweredCheckpoint, .unansweredCommit:
                (
                    "restore \(Diagnosis.stateFolder(error.location)) from a copy and take its positions along with kbench "
                        + "offsets export; without a copy import positions from before into the group (kbench offsets "
                        + "import FILE kafka:GROUP) and start in an empty folder", .internalError
                )
            case .unreadableRange:
                ("check that the topic still holds the records and that its leader is up", .internalError)
            default: ("restore the file, or start over in an empty folder", .internalError)
            }
        self.init(cause: "\(error)", fix: fix, exitCode: exitCode)
    }

    /// What stops an engine although nothing is wrong with its input, its files or its positions.
    private static let isNoRefusal: Set<EngineError.Code> = [
        .concurrentDriver, .fenced, .impossibleSink, .impossibleTasks, .impossibleStart, .damagedShuffle, .noSavedState,
        .stateExists, .taskFailed, .unreadableRange,
    ]

    /// The state folder that a checkpoint's path lies in.
    private static func stateFolder(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
    }

    private init(store error: OffsetStoreError) {
        switch error.code {
        case .unreachable:
            self.init(
                cause: "\(error)",
                fix: "check the address and that a ZooKeeper listens there; nothing is lost: "
                    + "what is not committed is read again after a restart", exitCode: .brokerUnreachable)
        case .notAllowed:
            self.init(
                cause: "\(error)", fix: "let everybody write below /consumers, or use another root: host:port/root",
                exitCode: .brokerUnreachable)
        case .damaged:
            self.init(
                cause: "\(error)", fix: "restore it, or write it anew with kbench offsets import",
                exitCode: .usage)
        case .configuration:
            self.init(
                cause: "\(error)", fix: "give a ZooKeeper as host:port, host:port,host:port or host:port/root",
                exitCode: .usage)
        default:
            self.init(
                cause: "\(error)", fix: "look at the server's own log; the run can be repeated as it is",
                exitCode: .brokerUnreachable)
        }
    }
}
