// A TCP listener that is not a Kafka broker.

#if canImport(Glibc)
    import Glibc
#endif

/// Accepts connections on 127.0.0.1 and behaves badly.
final class TestListener: @unchecked Sendable {
    enum Behaviour: CaseIterable, Sendable {
        /// Answers as a web server would.
        case speaksHTTP
        /// Closes every connection at once.
        case closes
        /// Accepts and says nothing.
        case isSilent
    }

    let port: UInt16
    private let listening: Int32

    // Unchecked: both properties are set once, before the thread starts.
    init(_ behaviour: Behaviour?) {
        listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = listening
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                precondition(bind(socket, pointer, length) == 0)
                precondition(getsockname(socket, pointer, &length) == 0)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard let behaviour else { return }
        listen(listening, 16)
        var thread = pthread_t()
        let job = Unmanaged.passRetained(Job(socket: socket, behaviour: behaviour))
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Job>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, job.toOpaque())
        pthread_detach(thread)
    }

    deinit {
        shutdown(listening, Int32(SHUT_RDWR))
        close(listening)
    }

    private final class Job {
        let socket: Int32
        let behaviour: Behaviour

        init(socket: Int32, behaviour: Behaviour) {
            self.socket = socket
            self.behaviour = behaviour
        }

        func run() {
            var silent: [Int32] = []
            while true {
                let connection = accept(socket, nil, nil)
                guard connection >= 0 else { break }
                switch behaviour {
                case .speaksHTTP:
                    let text = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"
                    _ = send(connection, text, text.utf8.count, Int32(MSG_NOSIGNAL))
                    close(connection)
                case .closes: close(connection)
                case .isSilent: silent.append(connection)
                }
            }
            for connection in silent { close(connection) }
        }
    }
}
