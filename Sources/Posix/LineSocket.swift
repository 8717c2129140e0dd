// Asks a program of this machine by one line over a Unix socket, and reads its lines.
internal import Glibc
internal import World

/// A Unix socket that is asked by lines.
public enum LineSocket {
    /// Sends one line, and returns the lines of the answer, up to the one that begins with one of the words `last` and
    /// after it a space, or to the end.
    ///
    /// - Throws: `DiskError` where nobody listens at the path.
    public static func ask(_ line: String, at path: String, until last: Set<String>) throws -> [String] {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw DiskError.last("make a socket for", path) }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path) - 1
        guard bytes.count <= room, !bytes.contains(0) else {
            throw DiskError.last("connect to", path, errorNumber: ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let length = socklen_t(MemoryLayout<sockaddr_un>.size)
                return retryingWhenInterrupted { connect(descriptor, address, length) } == 0
            }
        }
        guard isConnected else { throw DiskError.last("connect to", path) }
        try send(Array((line + "\n").utf8), to: descriptor, path)
        return try answer(from: descriptor, path, until: last)
    }

    private static func send(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                retryingWhenInterrupted {
                    Glibc.send(
                        descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
            }
            guard count > 0 else { throw DiskError.last("write to", path) }
            sent += count
        }
    }

    private static func answer(from descriptor: Int32, _ path: String, until last: Set<String>) throws -> [String] {
        var lines: [String] = []
        var rest: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = retryingWhenInterrupted { recv(descriptor, &piece, piece.count, 0) }
            guard count >= 0 else { throw DiskError.last("read from", path) }
            guard count > 0 else { return lines }
            rest += piece[..<count]
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: rest[..<end], as: UTF8.self)
                rest.removeFirst(end + 1)
                lines.append(line)
                if last.contains(where: { line.hasPrefix($0 + " ") }) { return lines }
            }
        }
    }
}
