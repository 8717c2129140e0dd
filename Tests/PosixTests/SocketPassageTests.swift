// Bytes from one socket to another by way of a pipe.
import Glibc
import Testing

@testable import Posix

@Suite("A passage between two sockets")
struct SocketPassageTests {
    /// A pair of connected sockets that never block.
    private func pair() -> (Int32, Int32) {
        var ends: [Int32] = [-1, -1]
        precondition(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &ends) == 0)
        return (ends[0], ends[1])
    }

    @Test("gives what it has taken, in order, until there is no room; the rest can be copied")
    func bytes() throws {
        let (source, from) = pair()
        let (to, sink) = pair()
        defer { for socket in [source, from, to, sink] { close(socket) } }
        let passage = try #require(SocketPassage())
        #expect(passage.take(10, from: from) == .blocked)
        let sent = (0..<60_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        #expect(write(source, sent, sent.count) == sent.count)
        // No more than is asked for.
        #expect(passage.take(7, from: from) == .moved(7))
        #expect(passage.held == 7)
        #expect(passage.give(to: to) == .moved(7))
        var received: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        func receive() { received += piece[..<max(0, read(sink, &piece, piece.count))] }
        while case .moved = passage.take(.max, from: from) {
            while passage.held > 0 {
                guard case .moved = passage.give(to: to) else { break }
                receive()
            }
        }
        receive()
        #expect(received == sent)
        // A sink that nobody reads is full at some time.
        var left: [UInt8] = []
        var (written, isFull) = (0, false)
        while !isFull {
            written += max(0, write(source, sent, sent.count))
            guard case .moved = passage.take(.max, from: from) else { break }
            while passage.held > 0, !isFull { isFull = passage.give(to: to) == .blocked }
        }
        #expect(isFull)
        let held = passage.held
        while passage.held > 0 {
            let count = piece.withUnsafeMutableBytes { passage.copy(into: $0) }
            left += piece[..<count]
        }
        #expect(left.count == held)
        received = []
        var before = -1
        while received.count > before { (before, _) = (received.count, receive()) }
        #expect((received + left).prefix(60_000) == sent.prefix(received.count + left.count))
    }

    @Test("says when nothing more comes, and when nobody takes it")
    func ends() throws {
        let (source, from) = pair()
        let (to, sink) = pair()
        defer { for socket in [from, to] { close(socket) } }
        let passage = try #require(SocketPassage())
        StandardStreams.tellBrokenPipesByErrors()
        #expect(write(source, "ab", 2) == 2)
        close(source)
        close(sink)
        #expect(passage.take(10, from: from) == .moved(2))
        #expect(passage.give(to: to) == .ended)
        var two: [UInt8] = [0, 0]
        #expect(two.withUnsafeMutableBytes { passage.copy(into: $0) } == 2)
        #expect(two == Array("ab".utf8))
        #expect(passage.take(10, from: from) == .ended)
    }
}
