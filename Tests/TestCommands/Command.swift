// Programs that tests run. Not by Foundation's `Process`: in Swift 6.3.1 it reads past the end of a folder's entries when it looks for
// open files, and now and then takes the tests with it (swift-corelibs-foundation, pull request 5472).

import CSpawn
import Foundation
import Glibc

/// A program and what it starts with.
public struct Command {
  /// By its path, or by its name in one of the folders of PATH.
  public var program: String
  public var arguments: [String]
  public var folder: String?
  public var environment: [String: String]

  public init(_ program: String, _ arguments: [String], in folder: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.program = program
    self.arguments = arguments
    self.folder = folder
    self.environment = environment
  }

  /// It could not be started; the system's number of why.
  public struct NotStarted: Error {
    public var program: String
    public var reason: Int32
  }

  /// Starts it in a group of its own, with the signals as a shell leaves them and no other files open.
  public func start(input: FileHandle, output: FileHandle, errors: FileHandle) throws -> RunningCommand {
    var files = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&files)
    defer { posix_spawn_file_actions_destroy(&files) }
    for (number, file) in [input, output, errors].enumerated() {
      posix_spawn_file_actions_adddup2(&files, file.fileDescriptor, Int32(number))
    }
    posix_spawn_file_actions_addclosefrom_np(&files, 3)
    if let folder { posix_spawn_file_actions_addchdir_np(&files, folder) }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)

    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var identifier: pid_t = 0
    let reason = posix_spawnp(&identifier, program, &files, &attributes, &words, &variables)
    guard reason == 0 else { throw NotStarted(program: program, reason: reason) }
    return RunningCommand(identifier)
  }

  /// Runs it to its end, with nothing to read, and gives all that it wrote.
  public func run() throws -> (status: Int32, output: String) {
    let pipe = Pipe()
    let nothing = try FileHandle(forReadingFrom: URL(filePath: "/dev/null"))
    let running = try start(input: nothing, output: pipe.fileHandleForWriting, errors: pipe.fileHandleForWriting)
    try pipe.fileHandleForWriting.close()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    return (running.wait().code, output)
  }
}

/// A program that was started. Any thread may ask it and send to it.
public final class RunningCommand: @unchecked Sendable {
  public struct End: Sendable {
    /// What it ended with: its exit code, or the signal that ended it.
    public var code: Int32
    public var isSignal: Bool
  }

  private let identifier: pid_t
  private let lock = NSLock()
  private var end: End?

  fileprivate init(_ identifier: pid_t) { self.identifier = identifier }

  public var isRunning: Bool { lock.withLock { look() == nil } }

  /// Sends it a signal, unless it has ended: its number may be another's then.
  public func send(_ signal: Int32) {
    lock.withLock { if look() == nil { kill(identifier, signal) } }
  }

  public func wait() -> End {
    while true {
      // Left there to be looked at, so that the number stays its own until the lock is held.
      var information = siginfo_t()
      waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT)
      if let end = lock.withLock({ look() }) { return end }
    }
  }

  /// How it ended, if it has; the lock is held.
  private func look() -> End? {
    var status: Int32 = 0
    if end == nil, waitpid(identifier, &status, WNOHANG) == identifier {
      let signal = status & 0x7F
      end = signal == 0 ? End(code: status >> 8 & 0xFF, isSignal: false) : End(code: signal, isSignal: true)
    }
    return end
  }
}
