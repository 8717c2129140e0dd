// Processes that are found by a variable of their environment, wherever they have gone: other groups, sessions, parents.
internal import Glibc

extension Processes {
    /// Tells apart those among whom a process has its number: a container has numbers of its own.
    public static let namespace: String = {
        var link = [CChar](repeating: 0, count: 64)
        // pid:[4026531836]
        let length = max(0, readlink("/proc/self/ns/pid", &link, link.count))
        return String(decoding: link[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self).filter(\.isNumber)
    }()

    /// The processes of this user that were started with a variable whose value is meant, but for this process.
    public static func marked(_ name: String, where isMeant: (String) -> Bool) -> [Int32] {
        let prefix = Array("\(name)=".utf8)
        return ((try? FileSystem.names(in: "/proc")) ?? []).compactMap(Int32.init).filter { process in
            guard process != processID else { return false }
            // One that has ended, or is somebody else's, has none.
            return environment(of: process).split(separator: 0).contains { variable in
                variable.starts(with: prefix)
                    && isMeant(String(decoding: variable.dropFirst(prefix.count), as: UTF8.self))
            }
        }
    }

    /// Ends by SIGKILL all that were started with a variable whose value is meant, and what they start meanwhile.
    public static func endMarked(_ name: String, where isMeant: (String) -> Bool) {
        var ended: Set<Int32> = []
        while true {
            let found = marked(name, where: isMeant).filter { !ended.contains($0) }
            // What they have started may have another environment.
            let all = Set(found + found.flatMap(descendants)).subtracting(ended)
            guard !all.isEmpty else { return }
            for process in all { end(process, atOnce: true) }
            ended.formUnion(all)
        }
    }

    private static func environment(of process: Int32) -> [UInt8] {
        let descriptor = open("/proc/\(process)/environ", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var all: [UInt8] = []
        withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { buffer in
            while true {
                let count = retryingWhenInterrupted { read(descriptor, buffer.baseAddress, buffer.count) }
                guard count > 0 else { return }
                all += buffer[..<count]
            }
        }
        return all
    }
}
