// Bytes that go from one socket to another by way of a pipe, without being copied or coming into this process.
internal import CPosixShims
internal import Glibc

/// A pipe between two sockets. One thread uses it, and the sockets never block.
public final class SocketPassage {
    /// What became of a call.
    public enum Step: Equatable {
        /// So many bytes were moved, at least one.
        case moved(Int)
        /// There is nothing to take, or no room to give it to.
        case blocked
        /// Nothing more will come, or nobody takes it.
        case ended
    }

    /// How much it holds at once.
    private static let room = 1 << 20

    private let ends: (out: Int32, into: Int32)
    /// Bytes that were taken and not given.
    public private(set) var held = 0

    /// nil where the system has no more pipes.
    public init?() {
        var ends: [Int32] = [-1, -1]
        guard kbench_open_pipe(&ends, Int32(Self.room)) == 0 else { return nil }
        self.ends = (ends[0], ends[1])
    }

    deinit {
        close(ends.out)
        close(ends.into)
    }

    /// Takes at most so many bytes that have come to a socket. Nothing may be held.
    public func take(_ most: Int, from socket: Int32) -> Step {
        let step = move(from: socket, to: ends.into, min(most, Self.room))
        if case .moved(let count) = step { held += count }
        return step
    }

    /// Gives what is held to a socket, as far as that takes it. Something must be held.
    public func give(to socket: Int32) -> Step {
        let step = move(from: ends.out, to: socket, held)
        if case .moved(let count) = step { held -= count }
        return step
    }

    /// Copies what is held into `buffer`, as far as it has room.
    ///
    /// - Returns: how many bytes, at least one where something is held and there is room.
    public func copy(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = retryingWhenInterrupted { read(ends.out, buffer.baseAddress, min(held, buffer.count)) }
        held -= max(0, count)
        return max(0, count)
    }

    private func move(from: Int32, to: Int32, _ most: Int) -> Step {
        let count = retryingWhenInterrupted { kbench_splice(from, to, UInt64(most)) }
        if count > 0 { return .moved(count) }
        return count < 0 && (errno == EAGAIN || errno == ENOMEM) ? .blocked : .ended
    }
}
