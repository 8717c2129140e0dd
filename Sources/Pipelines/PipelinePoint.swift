// Where a pipeline can be killed: before a frame of the wire, or beside a call on a file.
package import Harness
package import KafkaProxy

/// A point of either kind.
package enum PipelinePoint: Hashable, Comparable, Sendable, CustomStringConvertible {
    case wire(WirePoint)
    case file(FilePoint)

    /// The point with this name; nil where there is none.
    init?(_ name: String) {
        if let point = WirePoint(name) {
            self = .wire(point)
        } else if let point = FilePoint(name) {
            self = .file(point)
        } else {
            return nil
        }
    }

    package var description: String {
        switch self {
        case .wire(let point): "\(point)"
        case .file(let point): "\(point)"
        }
    }

    /// The wire's come first.
    package static func < (one: PipelinePoint, other: PipelinePoint) -> Bool {
        switch (one, other) {
        case (.wire(let one), .wire(let other)): one < other
        case (.file(let one), .file(let other)): one < other
        case (.wire, .file): true
        case (.file, .wire): false
        }
    }

    /// Its first occurrence.
    var trigger: PipelineTrigger {
        switch self {
        case .wire(let point): .wire(WireTrigger(point))
        case .file(let point): .file(FileTrigger(point))
        }
    }
}

/// One occurrence of a point, with what it is told apart by.
package enum PipelineTrigger: Hashable, Sendable, CustomStringConvertible {
    case wire(WireTrigger)
    case file(FileTrigger)

    /// Reads a trigger; without `@` its occurrence is 1.
    ///
    /// - Throws: ``Diagnosis`` for what is none.
    package init(_ text: String) throws(Diagnosis) {
        if text.hasPrefix("file.") {
            self = .file(try FileTrigger(text))
            return
        }
        do throws(TriggerError) {
            self = .wire(try WireTrigger(text))
        } catch {
            throw Diagnosis(cause: error.cause, fix: error.fix, exitCode: error.exitCode)
        }
    }

    package var description: String {
        switch self {
        case .wire(let trigger): "\(trigger)"
        case .file(let trigger): "\(trigger)"
        }
    }

    package var point: PipelinePoint {
        switch self {
        case .wire(let trigger): .wire(trigger.point)
        case .file(let trigger): .file(trigger.point)
        }
    }

    package var occurrence: Int {
        get {
            switch self {
            case .wire(let trigger): trigger.occurrence
            case .file(let trigger): trigger.occurrence
            }
        }
        set {
            switch self {
            case .wire(var trigger):
                trigger.occurrence = newValue
                self = .wire(trigger)
            case .file(var trigger):
                trigger.occurrence = newValue
                self = .file(trigger)
            }
        }
    }

    var wire: WireTrigger? { if case .wire(let trigger) = self { trigger } else { nil } }
    var file: FileTrigger? { if case .file(let trigger) = self { trigger } else { nil } }

    /// The point with its filters.
    var unnumbered: String {
        // A filter's value may have an @ of its own.
        String(description[..<(description.lastIndex(of: "@") ?? description.endIndex)])
    }
}
