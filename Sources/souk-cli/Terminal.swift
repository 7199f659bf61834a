// Standard output and standard error. Output is gathered and written in large pieces; a write that fails is remembered
// and decides the exit code. Nothing is lost in the order of the two: what was printed is written before a complaint.

import Dispatch
import Souk
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

enum Terminal {
  private struct Output {
    var pending: [UInt8] = []
    var problem: FileProblem?
    /// Whoever read it has gone: nothing more is written, and the work goes on, for the exit code is still of use.
    var isClosed = false

    mutating func flush() {
      guard !pending.isEmpty else { return }
      defer { pending.removeAll(keepingCapacity: true) }
      guard problem == nil, !isClosed else { return }
      do throws(FileProblem) {
        try Files.write(pending, to: STDOUT_FILENO, name: "standard output")
      } catch {
        if errno == EPIPE { isClosed = true } else { problem = error }
      }
    }
  }

  private static let output = Mutex(Output())

  /// A closed pipe and a file over its limit are errors of the write that meets them, not the end of the process. Ctrl-C and a
  /// request to end arrive, whatever a parent process blocked.
  static func prepare() {
    var asked = sigset_t()
    unsafe sigemptyset(&asked)
    for number in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&asked, number) }
    unsafe pthread_sigmask(SIG_UNBLOCK, &asked, nil)
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Prints `text` as it stands.
  static func print(_ text: String) {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    output.withLock { output in
      output.pending += text.utf8
      if isTerminal || output.pending.count > 1 << 15 { output.flush() }
    }
  }

  /// Whether a line that is written again and again can be seen as one.
  /// Whether the terminal can do nothing, or hasn't said what it can.
  private static var isDumb: Bool { ["dumb", ""].contains(variable("TERM") ?? "") }

  static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 && !isDumb }

  /// Writes what was printed so far, so that it is seen while the work goes on.
  static func flush() { output.withLock { $0.flush() } }

  /// A line on standard error, after `souk: `.
  static func complain(_ message: String) { complain(text: "souk: \(message)\n") }

  /// Text on standard error as it stands, such as rendered diagnostics.
  static func complain(text: String) {
    flush()
    // Where to say that this failed? The exit code says it.
    try? Files.write(Array(text.utf8), to: STDERR_FILENO, name: "standard error")
  }

  /// Ends the process; a failed write of its output makes it exit code 2, a reader that has gone doesn't.
  static func finish(_ code: ExitStatus) -> Never {
    flush()
    if let problem = output.withLock({ $0.problem }) {
      complain(problem.message)
      exit(ExitStatus.wrong.rawValue)
    }
    exit(code.rawValue)
  }

  /// Whether `descriptor` is to be written in colour: a terminal that can, and nobody who said no.
  static func wantsColor(_ descriptor: Int32, refused: Bool) -> Bool {
    !refused && isatty(descriptor) == 1 && (variable("NO_COLOR") ?? "").isEmpty && !isDumb
  }

  private static func variable(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

  /// Processors of this machine.
  static var processors: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Columns of the terminal; 100 when it isn't one.
  static var width: Int {
    var size = winsize()
    guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
    return max(20, Int(size.ws_col))
  }
}
