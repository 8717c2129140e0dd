// Turns every error there is into one line of cause, one line of fix and an exit code.
internal import Engine
internal import Kafka
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

    /// Makes a diagnosis.
    public init(cause: String, fix: String, exitCode: ExitStatus) {
        self.cause = cause.split(separator: "\n").joined(separator: " ")
        self.fix = fix
        code = exitCode.rawValue
    }

    /// Explains an error of any kind.
    public init(of error: any Error) {
        switch error {
        case let error as Diagnosis: self = error
        case let error as any DiagnosticError:
            self.init(cause: error.cause, fix: error.fix, exitCode: error.exitCode)
        case let error as BrokerError: self.init(broker: error)
        case let error as DiskError: self.init(disk: error, cause: "\(error)")
        case let error as LogError:
            if let disk = error.cause {
                self.init(disk: disk, cause: "\(error)")
            } else {
                self.init(
                    cause: "\(error)",
                    fix: "the write-ahead log is damaged: restore the file, or start over in an empty folder",
                    exitCode: .internalError)
            }
        case let error as EngineError: self.init(engine: error)
        default:
            self.init(
                cause: "\(error)", fix: "this is not expected: please report it with the command",
                exitCode: .internalError)
        }
    }

    private init(broker error: BrokerError) {
        switch error.code {
        case .unreachable:
            self.init(
                cause: "\(error)",
                fix: "check --brokers and that a Kafka broker listens there, or leave --brokers out "
                    + "to use the embedded one", exitCode: .brokerUnreachable)
        case .configuration:
            self.init(cause: "\(error)", fix: "correct the property given with -X or -F", exitCode: .usage)
        case .offsetOutOfRange:
            self.init(
                cause: "\(error)", fix: "the broker evicted records before they were read: raise the topic's retention",
                exitCode: .invalidRun)
        case .notAllowed:
            self.init(
                cause: "\(error)", fix: "give credentials with -X (security.protocol, sasl.username, ...) or -F",
                exitCode: .brokerUnreachable)
        default:
            self.init(
                cause: "\(error)", fix: "look at the broker's own log; the run can be repeated as it is",
                exitCode: .brokerUnreachable)
        }
    }

    private init(disk error: DiskError, cause: String) {
        switch error.code {
        case .noSpace:
            self.init(
                cause: cause,
                fix: "free space, or choose a folder on another file system with --out; what was durable "
                    + "is kept", exitCode: .internalError)
        case .notAllowed, .notFound, .exists:
            self.init(cause: cause, fix: "choose a folder that can be written with --out", exitCode: .usage)
        default:
            self.init(
                cause: cause, fix: "check the device; what was durable is kept", exitCode: .internalError)
        }
    }

    private init(engine error: EngineError) {
        let fix =
            switch error.code {
            case .concurrentDriver: "stop the other driver that works on this folder"
            case .incompatibleCheckpoint: "run the version that wrote it, or start over in an empty folder"
            case .taskFailed: "find out why from the cause, or raise task-attempts"
            case .damagedBlock:
                "restore the file, or start over in an empty folder: the broker still has the records if retention allows"
            case .unreadableRange: "check that the topic still holds the records and that its leader is up"
            default: "restore the file, or start over in an empty folder"
            }
        self.init(cause: "\(error)", fix: fix, exitCode: .internalError)
    }
}
