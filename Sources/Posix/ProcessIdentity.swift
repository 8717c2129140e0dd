// Which process is meant by a number that the system gives away again: the number and the moment of its start.
internal import Glibc

/// A process, told apart from a later one that has its number.
public struct ProcessIdentity: Equatable, Sendable, CustomStringConvertible {
    /// Its number, which a later process, or a thread of one, may get.
    public let number: Int32
    /// When it was started, in ticks of the kernel's clock.
    private let start: UInt64

    /// The process that has a number now, or the one that a thread with this number belongs to; nil where there is none.
    public init?(of number: Int32) {
        // The twentieth word behind the name, which stands in brackets and may hold anything: see proc(5).
        let words = Processes.text(of: "/proc/\(number)/stat").split(separator: ")").last?.split(separator: " ")
        guard let words, words.count > 19, let start = UInt64(words[19]) else { return nil }
        self.init(number, start: start)
    }

    /// What ``description`` has written; nil for anything else.
    public init?(parsing text: some StringProtocol) {
        let words = text.split(separator: "-", omittingEmptySubsequences: false)
        guard words.count == 2, let number = Int32(words[0]), number > 0, let start = UInt64(words[1]) else {
            return nil
        }
        self.init(number, start: start)
    }

    private init(_ number: Int32, start: UInt64) { (self.number, self.start) = (number, start) }

    /// This process.
    public static let own =
        ProcessIdentity(of: Processes.processID) ?? ProcessIdentity(Processes.processID, start: 0)

    /// Whether it is there and has not ended.
    public var isRunning: Bool { ProcessIdentity(of: number) == self && Processes.isRunning(number) }

    /// Such as `4711-998877`.
    public var description: String { "\(number)-\(start)" }
}
