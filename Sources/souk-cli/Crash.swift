// A trap of the process is a mistake of Souk's, never of a script's: say so, then let it end as it would have.

import Souk

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

enum Crash {
  private static let signals = [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT]

  /// Watches for the signals of a trap. The handler only writes and takes itself away; the instruction that trapped is then
  /// met again and finds whoever watched before (the runtime's backtrace, or nobody).
  static func watch() {
    for number in signals {
      var action = sigaction()
      action.sa_flags = Int32(bitPattern: UInt32(SA_ONSTACK) | UInt32(bitPattern: Int32(SA_NODEFER)))
      unsafe action.__sigaction_handler.sa_handler = { number in
        let message: StaticString = "\nsouk: this is a bug of Souk's, not of your script; please report it with the script and the words of the command\n"
        _ = unsafe write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
        Crash.restore(number)
        if number == SIGABRT { raise(number) }
      }
      var old = sigaction()
      guard unsafe sigaction(number, &action, &old) == 0 else { continue }
      unsafe before.append((number, old))
    }
  }

  /// Written before any thread but the first runs, read when the process ends.
  private nonisolated(unsafe) static var before: [(number: Int32, action: sigaction)] = []

  private static func restore(_ number: Int32) {
    for entry in unsafe before where entry.number == number {
      var action = entry.action
      unsafe sigaction(number, &action, nil)
    }
  }
}
