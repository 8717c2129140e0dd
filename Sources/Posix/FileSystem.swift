// Questions about the file system that the disk seam does not ask, and the removal of whole folders.
internal import CPosixShims
internal import Glibc
internal import World

/// The file system as tools, not the engine, look at it.
public enum FileSystem {
    /// The kind of file system that `path` lies on, such as `ext4` or `tmpfs`; an unknown one by its magic number.
    ///
    /// - Throws: `DiskError`.
    public static func kind(at path: String) throws -> String {
        var magic: UInt64 = 0
        let errorNumber = kbench_file_system_magic(path, &magic)
        guard errorNumber == 0 else {
            throw DiskError.last("ask for the file system of", path, errorNumber: errorNumber)
        }
        return name(ofMagic: magic)
    }

    /// The bytes in the regular files below a folder, by their lengths.
    ///
    /// - Throws: `DiskError`; files that vanish meanwhile are none.
    public static func bytesUsed(under path: String) throws -> Int64 {
        var sum: Int64 = 0
        try walk(path) { _, status in
            if status.st_mode & S_IFMT == S_IFREG { sum += Int64(status.st_size) }
        }
        return sum
    }

    /// The bytes that the file system has set aside for the regular files below a folder; more than their lengths
    /// where space is reserved ahead, less where files have holes.
    ///
    /// - Throws: `DiskError`; files that vanish meanwhile are none.
    public static func bytesAllocated(under path: String) throws -> Int64 {
        var sum: Int64 = 0
        try walk(path) { _, status in
            // The unit of st_blocks is 512 bytes on Linux, whatever the file system's own block is.
            if status.st_mode & S_IFMT == S_IFREG { sum += Int64(status.st_blocks) * 512 }
        }
        return sum
    }

    /// Asks the kernel to forget the pages of the files below a folder that are on the device already, so that reading
    /// them again reads the device.
    ///
    /// - Throws: `DiskError`.
    public static func dropFromCache(_ path: String) throws {
        try walk(path) { path, status in
            guard status.st_mode & S_IFMT == S_IFREG else { return }
            let descriptor = retryingWhenInterrupted { Glibc.open(path, O_RDONLY | O_CLOEXEC) }
            guard descriptor >= 0 else { throw DiskError.last("open", path) }
            defer { Glibc.close(descriptor) }
            let refusal = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
            guard refusal == 0 else { throw DiskError.last("drop from cache", path, errorNumber: refusal) }
        }
    }

    /// Writes a file that its owner alone may read, replacing what has the name.
    ///
    /// - Throws: `DiskError`.
    public static func writePrivately(_ bytes: [UInt8], to path: String) throws {
        // A file that was readable before must not become the secret's.
        guard unlink(path) == 0 || errno == ENOENT else { throw DiskError.last("replace", path) }
        let descriptor = retryingWhenInterrupted {
            Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        }
        guard descriptor >= 0 else { throw DiskError.last("open", path) }
        defer { Glibc.close(descriptor) }
        try bytes.withUnsafeBytes { bytes in
            var rest = bytes
            while !rest.isEmpty {
                let written = retryingWhenInterrupted { Glibc.write(descriptor, rest.baseAddress, rest.count) }
                guard written > 0 else { throw DiskError.last("write to", path) }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
        }
    }

    /// Reads a file, a pipe or a device to its end, at most `limit` bytes; nil where there are more.
    ///
    /// - Throws: `DiskError`.
    public static func contents(of path: String, limit: Int) throws -> [UInt8]? {
        let descriptor = retryingWhenInterrupted { Glibc.open(path, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw DiskError.last("open", path) }
        defer { Glibc.close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = chunk.withUnsafeMutableBytes { chunk in
                retryingWhenInterrupted { Glibc.read(descriptor, chunk.baseAddress, chunk.count) }
            }
            guard count >= 0 else { throw DiskError.last("read", path) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            if bytes.count > limit { return nil }
        }
    }

    /// The bytes that are free for this user on the file system that `path` lies on.
    ///
    /// - Throws: `DiskError`.
    public static func bytesFree(at path: String) throws -> Int64 {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw DiskError.last("ask for the free space of", path) }
        return Int64(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).0)
    }

    /// Removes a file, or a folder with all that is in it; symbolic links are removed, not followed. An absent path
    /// is fine.
    ///
    /// - Throws: `DiskError`.
    public static func removeTree(_ path: String) throws {
        try walk(path) { path, status in
            let result = status.st_mode & S_IFMT == S_IFDIR ? rmdir(path) : unlink(path)
            guard result == 0 || errno == ENOENT else { throw DiskError.last("remove", path) }
        }
    }

    /// Makes a symbolic link.
    ///
    /// - Throws: `DiskError`.
    public static func makeLink(_ path: String, to target: String) throws {
        guard symlink(target, path) == 0 else { throw DiskError.last("make the link", path) }
    }

    /// Where a symbolic link leads; nil for anything else, also for nothing.
    ///
    /// - Throws: `DiskError`.
    public static func target(ofLink path: String) throws -> String? {
        let target = [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { bytes, length in
            length = bytes.withMemoryRebound(to: CChar.self) { characters in
                characters.baseAddress.map { max(0, readlink(path, $0, characters.count)) } ?? 0
            }
        }
        guard !target.isEmpty else {
            guard errno == EINVAL || errno == ENOENT || errno == ENOTDIR else {
                throw DiskError.last("read the link", path)
            }
            return nil
        }
        return String(decoding: target, as: UTF8.self)
    }

    static func name(ofMagic magic: UInt64) -> String {
        switch magic {
        case 0xef53: "ext4"
        case 0x0102_1994: "tmpfs"
        case 0x794c_7630: "overlay"
        case 0x5846_5342: "xfs"
        case 0x9123_683e: "btrfs"
        case 0x2fc1_2fc1: "zfs"
        case 0xf2f5_2010: "f2fs"
        case 0x6969: "nfs"
        case 0x6573_5546: "fuse"
        case 0x0102_1997: "9p"
        case 0x8584_58f6: "ramfs"
        default: "0x" + String(magic, radix: 16)
        }
    }

    /// Whether there is a folder at `path`.
    public static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The folder that `path` names something in; nil where `path` has only one component.
    static func parent(of path: String) -> String? {
        guard let slash = path.dropLast(path.hasSuffix("/") ? 1 : 0).lastIndex(of: "/"), slash != path.startIndex else {
            return nil
        }
        return String(path[..<slash])
    }

    static func names(in directory: String) throws -> [String] {
        guard let stream = opendir(directory) else { throw DiskError.last("list", directory) }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw DiskError.last("list", directory) }
                return names
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    /// Calls `visit` with everything at and below `path`, a folder after what is in it.
    private static func walk(_ path: String, _ visit: (String, stat) throws -> Void) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw DiskError.last("look at", path)
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            do {
                for name in try names(in: path) { try walk("\(path)/\(name)", visit) }
            } catch let error as DiskError where error.errorNumber == ENOENT {
                return
            }
        }
        try visit(path, status)
    }
}
