// The standard streams without buffers, so that a process that dies has said what it said.
internal import CPosixShims
internal import Glibc
public import World

/// Standard input, standard output and standard error.
public enum StandardStreams {
    /// Whether a file descriptor (0, 1, 2) is a terminal.
    public static func isTerminal(_ fileDescriptor: Int32) -> Bool { isatty(fileDescriptor) == 1 }

    /// The columns of the terminal behind a file descriptor; nil where there is none, or it does not say.
    public static func columns(ofFileDescriptor fileDescriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(fileDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// How errors name standard output.
    public static let outputName = "standard output"

    /// Writes `text` to standard output, its control characters written out.
    ///
    /// - Throws: `DiskError`.
    public static func writeOutput(_ text: String) throws { try writeBytes(text.printable) }

    /// Writes text that is painted already, its own control characters written out, to standard output as it is.
    ///
    /// - Throws: `DiskError`.
    public static func writePainted(_ text: String) throws { try writeBytes(text) }

    /// Writes the bytes of `text` to standard output as they are, for programs; a terminal gets them printable.
    ///
    /// - Throws: `DiskError`.
    public static func writeData(_ text: String) throws {
        try writeBytes(isTerminal(STDOUT_FILENO) ? text.printable : text)
    }

    /// Writes `line` and a line end to standard error; a failure has nowhere to be reported and is ignored.
    public static func writeErrorLine(_ line: String) {
        try? write(line.printable + "\n", to: STDERR_FILENO, "standard error")
    }

    private static func writeBytes(_ text: String) throws { try write(text, to: STDOUT_FILENO, outputName) }

    /// From now on a write to a pipe that nobody reads is an error, and no signal that ends the process.
    public static func tellBrokenPipesByErrors() { _ = kbench_tell_broken_pipes_by_errors() }

    /// Reads standard input up to the end of its first line, which is left out, or to its end; no byte behind it is taken.
    public static func readLineOfInput() -> [UInt8] {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while retryingWhenInterrupted({ Glibc.read(STDIN_FILENO, &byte, 1) }) == 1, byte != UInt8(ascii: "\n") {
            line.append(byte)
        }
        return line
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

extension DiskError {
    /// Whether nobody reads the pipe any more that was written to.
    public var isBrokenPipe: Bool { errorNumber == EPIPE }

    /// Whether a file, or a folder on the way to it, is not there.
    public var isMissing: Bool { errorNumber == ENOENT }
}
