// The standard streams without buffers, so that a process that dies has said what it said.
internal import Glibc
internal import World

/// Standard input, standard output and standard error.
public enum StandardStreams {
    /// Whether a file descriptor (0, 1, 2) is a terminal.
    public static func isTerminal(_ fileDescriptor: Int32) -> Bool { isatty(fileDescriptor) == 1 }

    /// Writes `text` to standard output as it is.
    ///
    /// - Throws: `DiskError`.
    public static func writeOutput(_ text: String) throws { try write(text, to: STDOUT_FILENO, "standard output") }

    /// Writes `line` and a line end to standard error; a failure has nowhere to be reported and is ignored.
    public static func writeErrorLine(_ line: String) {
        try? write(line + "\n", to: STDERR_FILENO, "standard error")
    }

    /// Reads and drops standard input until its end, or until it cannot be read.
    public static func waitForEndOfInput() {
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
            while retryingWhenInterrupted({ Glibc.read(STDIN_FILENO, buffer.baseAddress, buffer.count) }) > 0 {}
        }
    }

    private static func write(_ text: String, to descriptor: Int32, _ name: String) throws {
        var text = text
        try text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let written = retryingWhenInterrupted { Glibc.write(descriptor, rest.baseAddress, rest.count) }
                guard written > 0 else { throw DiskError.last("write to", name) }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
        }
    }
}
