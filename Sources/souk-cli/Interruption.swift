// Ctrl-C and the end of time → the engine's stop flag. The first Ctrl-C asks the run to stop and report, the second ends the
// process at once.

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

  /// To be given to the engine.
  let flag = StopFlag()
  private let interrupts: any DispatchSourceSignal

  /// Watches from now on.
  init(maxTime: Double?) {
    signal(SIGINT, SIG_IGN)
    interrupts = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    let flag = flag
    let presses = Presses()
    interrupts.setEventHandler {
      if presses.count.add(1, ordering: .relaxed).oldValue > 0 { _exit(ExitStatus.interrupted.rawValue) }
      flag.raise(.interrupted)
    }
    interrupts.activate()
    DispatchQueue.global().asyncAfter(deadline: .now() + (maxTime ?? Self.defaultSeconds)) { flag.raise(.time) }
  }
}
