// The file system as Souk uses it: whole files in, whole files out, each failure with the path and the reason. POSIX calls
// rather than Foundation: they say why they failed, and they don't cost start-up time. The only unsafe code of this module.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why a file can't be read or written.
public struct FileProblem: Error, Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case missing, folder
    /// Permission, a failing disk, and whatever else the system says.
    case unreadable
    /// Size and limit in bytes; the size is `nil` for what isn't a plain file.
    case tooLarge(size: UInt64?, limit: Int)
    case unwritable
  }
  public var kind: Kind
  public var path: String
  /// The reason in a few words: `permission denied`.
  public var reason: String

  /// One sentence without a full stop that names the file.
  public var message: String {
    switch kind {
    case .missing: "there is no file “\(path)”"
    case .folder: "“\(path)” is a folder, not a file"
    case .unreadable: "can't read “\(path)”: \(reason)"
    case .tooLarge(let size, let limit):
      "“\(path)” is larger than the \(ByteCount.text(UInt64(limit))) that one file may have"
        + (size.flatMap { ByteCount.text($0) == ByteCount.text(UInt64(limit)) ? nil : ": \(ByteCount.text($0))" } ?? "")
    case .unwritable: "can't write “\(path)”: \(reason)"
    }
  }
}

/// Sizes for people.
public enum ByteCount {
  /// `512 bytes`, `16 MiB`, `95.4 MiB`.
  public static func text(_ bytes: UInt64) -> String {
    if bytes < 1024 { return bytes == 1 ? "1 byte" : "\(bytes) bytes" }
    var value = Double(bytes)
    var unit = "bytes"
    for next in ["KiB", "MiB", "GiB", "TiB", "PiB"] where value >= 1024 {
      value /= 1024
      unit = next
    }
    let tenths = (value * 10).rounded() / 10
    return tenths == tenths.rounded() ? "\(UInt64(tenths)) \(unit)" : "\(tenths) \(unit)"
  }
}

public enum Files {
  /// What stands at a path.
  public enum Kind: Sendable { case file, folder, other }

  /// What stands at `path`, symbolic links followed; `nil` when nothing does or it can't be reached.
  public static func kind(of path: String) -> Kind? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return kind(of: status)
  }

  private static func kind(of status: stat) -> Kind {
    switch status.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .folder
    default: .other
    }
  }

  /// Whether `path` is a symbolic link, whatever it leads to.
  public static func isLink(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// The path with symbolic links, `.` and `..` resolved; `nil` when nothing is there.
  public static func resolved(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// Everything before the last `/`, or `.`.
  public static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// `name` as seen from `folder`; an absolute name stays as it is.
  public static func join(_ folder: String, _ name: String) -> String {
    if name.hasPrefix("/") { return name }
    if folder == "." { return name }
    return folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  /// Names in a folder, in ascending order, without `.` and `..`.
  public static func names(in folder: String) throws(FileProblem) -> [String] {
    guard let stream = unsafe opendir(folder) else { throw readProblem(folder) }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)) {
          unsafe String(cString: $0)
        }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  // MARK: Reading

  /// The bytes of a file of at most `limit` bytes. A pipe or a device is read to its end or to the limit.
  public static func read(_ path: String, limit: Int) throws(FileProblem) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw readProblem(path) }
    defer { close(descriptor) }
    return try read(descriptor, name: path, limit: limit)
  }

  /// The bytes of an open descriptor up to its end; `name` is for messages.
  public static func read(_ descriptor: Int32, name: String, limit: Int) throws(FileProblem) -> [UInt8] {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw readProblem(name) }
    let kind = kind(of: status)
    if kind == .folder { throw FileProblem(kind: .folder, path: name, reason: "") }
    if kind == .file, status.st_size > limit {
      throw FileProblem(kind: .tooLarge(size: UInt64(status.st_size), limit: limit), path: name, reason: "")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(kind == .file ? Int(status.st_size) : 4096)
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe systemRead(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw readProblem(name)
      }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
      if bytes.count > limit { throw FileProblem(kind: .tooLarge(size: nil, limit: limit), path: name, reason: "") }
    }
  }

  private static func readProblem(_ path: String) -> FileProblem {
    let code = errno
    let kind: FileProblem.Kind =
      switch code {
      case ENOENT: .missing
      case EISDIR: .folder
      default: .unreadable
      }
    return FileProblem(kind: kind, path: path, reason: systemReason(code))
  }

  // MARK: Writing

  /// Puts `bytes` at `path` as a whole or not at all: they are written to a new file beside it, which then takes its place
  /// with its permissions. A symbolic link stays one; what isn't a plain file (a device, a pipe) is written to directly.
  public static func replace(_ path: String, with bytes: [UInt8]) throws(FileProblem) {
    var status = stat()
    let exists = unsafe stat(path, &status) == 0
    if exists, kind(of: status) == .folder { throw FileProblem(kind: .folder, path: path, reason: "") }
    if exists, kind(of: status) == .other {
      let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw writeProblem(path) }
      let written = write(bytes, to: descriptor)
      let failure = errno
      let closed = close(descriptor)
      guard written && closed == 0 else { throw writeProblem(path, written ? errno : failure) }
      return
    }
    // A file without permission to write isn't replaced, though the folder's permission would do.
    if exists, unsafe access(path, W_OK) != 0 { throw writeProblem(path) }
    let target = exists ? resolved(path) ?? path : path
    let beside = join(folder(of: target), ".\(target.split(separator: "/").last ?? "souk").\(getpid()).part")
    let descriptor = unsafe open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw writeProblem(path) }
    if exists {
      // The owner first: changing it clears the set-user bits. Whoever may not give it away keeps it.
      _ = fchown(descriptor, status.st_uid, status.st_gid)
      _ = fchmod(descriptor, status.st_mode & 0o7777)
    }
    var failure: Int32? = write(bytes, to: descriptor) && fsync(descriptor) == 0 ? nil : errno
    if close(descriptor) != 0, failure == nil { failure = errno }
    if failure == nil, unsafe rename(beside, target) != 0 { failure = errno }
    if let failure {
      unsafe unlink(beside)
      throw writeProblem(path, failure)
    }
  }

  /// Makes a folder, if there is none.
  public static func makeFolder(_ path: String) throws(FileProblem) {
    guard unsafe mkdir(path, 0o777) != 0, errno != EEXIST else { return }
    throw writeProblem(path)
  }

  /// Takes a file away.
  public static func remove(_ path: String) throws(FileProblem) {
    guard unsafe unlink(path) != 0 else { return }
    throw writeProblem(path)
  }

  /// Adds `bytes` at the end of a file, which is made if there is none.
  public static func append(_ path: String, _ bytes: [UInt8]) throws(FileProblem) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw writeProblem(path) }
    let written = write(bytes, to: descriptor)
    let failure = errno
    guard close(descriptor) == 0, written else { throw writeProblem(path, written ? errno : failure) }
  }

  /// Writes all of `bytes`; false when that failed (`errno` says why).
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var from = 0
    while from < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { unsafe systemWrite(descriptor, $0.baseAddress.map { unsafe $0 + from }, bytes.count - from) }
      if count < 0 {
        if errno == EINTR { continue }
        return false
      }
      from += count
    }
    return true
  }

  /// Writes all of `bytes` to an open descriptor such as standard output; `name` is for messages.
  public static func write(_ bytes: [UInt8], to descriptor: Int32, name: String) throws(FileProblem) {
    guard write(bytes, to: descriptor) else { throw writeProblem(name) }
  }

  private static func writeProblem(_ path: String, _ code: Int32 = errno) -> FileProblem {
    FileProblem(kind: .unwritable, path: path, reason: systemReason(code))
  }

  /// The system's words for an error, in lower case as part of a sentence.
  static func systemReason(_ code: Int32) -> String {
    switch code {
    case EACCES, EPERM: "permission denied"
    case ENOSPC: "the disk is full"
    case EFBIG: "the file would be larger than allowed"
    case EROFS: "the disk is read-only"
    case ENOENT: "there is no such folder"
    case ELOOP: "too many symbolic links"
    case EPIPE: "nobody reads it any more"
    default: unsafe strerror(code).map { unsafe String(cString: $0).lowercased() } ?? "error \(code)"
    }
  }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  unsafe read(descriptor, buffer, count)
}

private func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(descriptor, buffer, count)
}
