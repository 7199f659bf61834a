// A line on a terminal that tells how far it is: a bar, and what was counted. It is taken away before anything else is written.

import Dispatch
import Souk
import SoukScript
import Synchronization

/// Shows progress on standard error, to a terminal only and at most twenty times a second.
final class Watch: Sendable {
  private struct Shown {
    var length = 0
    /// When it was last written, in nanoseconds.
    var at: UInt64 = 0
  }

  private let isShown: Bool
  private let shown = Mutex(Shown())

  init(isShown: Bool) { self.isShown = isShown }

  func show(_ progress: SuiteProgress) {
    write(bar(progress.finished, of: progress.scripts) + "  \(progress.finished) of \(progress.scripts) \(progress.unit), \(progress.replications) replications")
  }

  func show(_ progress: RunProgress) {
    guard let all = progress.all else { return write("\(progress.model): \(progress.done) replications") }
    write(bar(progress.done, of: all) + "  \(progress.model): \(progress.done) of \(all) replications")
  }

  func clear() {
    guard isShown else { return }
    shown.withLock { shown in
      if shown.length > 0 { Terminal.complain(text: "\r\u{1B}[K") }
      shown = Shown()
    }
  }

  private func bar(_ done: Int, of all: Int) -> String {
    let width = 24
    let filled = all == 0 ? 0 : min(width, done * width / all)
    return String(repeating: "█", count: filled) + String(repeating: "·", count: width - filled)
  }

  private func write(_ text: @autoclosure () -> String) {
    guard isShown else { return }
    shown.withLock { shown in
      let now = DispatchTime.now().uptimeNanoseconds
      if shown.length > 0, now - shown.at < 50_000_000 { return }
      let text = text()
      shown = Shown(length: text.count, at: now)
      Terminal.complain(text: "\r\u{1B}[K\(text)")
    }
  }
}
