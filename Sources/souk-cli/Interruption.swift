// Ctrl-C and the end of time → the engine's stop flag. The first Ctrl-C asks the run to stop and report, the second ends the
// process at once.

import Dispatch
import Souk
import SoukEngine
import SoukUnits
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

  private final class State: Sendable {
    let presses = Atomic(0)
    let timeIsUp = Atomic(false)
  }

  /// To be given to the engine.
  let flag = StopFlag()
  private let seconds: Double
  private let state = State()
  private let interrupts: any DispatchSourceSignal

  /// Watches from now on.
  init(maxTime: Double?) {
    seconds = maxTime ?? Self.defaultSeconds
    signal(SIGINT, SIG_IGN)
    interrupts = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    let (flag, state) = (flag, state)
    interrupts.setEventHandler {
      if state.presses.add(1, ordering: .relaxed).oldValue > 0 { _exit(ExitStatus.interrupted.rawValue) }
      flag.raise(.interrupted)
    }
    interrupts.activate()
    DispatchQueue.global().asyncAfter(deadline: .now() + seconds) {
      state.timeIsUp.store(true, ordering: .relaxed)
      flag.raise(.time)
    }
  }

  var ranOutOfTime: Bool { state.timeIsUp.load(ordering: .relaxed) }

  /// The time given, for people.
  var timeText: String { NumberText.format(quantity: seconds, dimension: .time) }
}
