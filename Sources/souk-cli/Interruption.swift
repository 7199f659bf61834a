// Ctrl-C, a request to end and the end of time → the engine's stop flag. The first Ctrl-C asks the run to stop and report, the
// second ends the process at once.

import Dispatch
import Souk
import SoukEngine
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

struct Interruption {
  /// How long a script may take when nobody says.
  static let defaultSeconds = 3600.0

  private final class Presses: Sendable { let count = Atomic(0) }

  /// Why the flag was raised, for who has to know between runs: 0 not yet, 1 time, 2 interrupted.
  private final class Cause: Sendable {
    let state = Atomic(0)
    func raise(_ flag: StopFlag, _ reason: StopFlag.Reason) {
      // An interruption outdoes the end of time.
      if reason == .interrupted { state.store(2, ordering: .relaxed) } else { _ = state.compareExchange(expected: 0, desired: 1, ordering: .relaxed) }
      flag.raise(reason)
    }
  }

  /// To be given to the engine.
  let flag = StopFlag()
  private let interrupts: [any DispatchSourceSignal]
  private let cause = Cause()

  /// Asks why the work should stop; nil while it may go on.
  var reason: @Sendable () -> StopFlag.Reason? {
    let cause = cause
    return {
      switch cause.state.load(ordering: .relaxed) {
      case 0: nil
      case 1: .time
      default: .interrupted
      }
    }
  }

  /// Watches from now on; `signals` ask for an end with a report.
  init(maxTime: Double?, signals: [Int32] = [SIGINT]) {
    let flag = flag
    let cause = cause
    let presses = Presses()
    interrupts = signals.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if presses.count.add(1, ordering: .relaxed).oldValue > 0 { _exit(ExitStatus.interrupted.rawValue) }
        cause.raise(flag, .interrupted)
      }
      source.activate()
      return source
    }
    DispatchQueue.global().asyncAfter(deadline: .now() + (maxTime ?? Self.defaultSeconds)) { cause.raise(flag, .time) }
  }
}
