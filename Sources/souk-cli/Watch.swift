// A line on a terminal that tells how far it is: a bar, what was counted, what it is after, and about how long it will take. It is
// taken away before anything else is written.

import Dispatch
import Souk
import SoukEngine
import SoukPrompt
import SoukReport
import SoukScript
import SoukUnits
import Synchronization

/// Shows progress on standard error, to a terminal only and at most twenty times a second.
final class Watch: Sendable {
  private struct Shown {
    var columns = 0
    /// When it was last written, in nanoseconds.
    var at: UInt64 = 0
    /// When what is shown began, and what that is.
    var since: UInt64 = 0
    var subject = ""

    /// What takes it away, from the rows that it has become if the terminal is narrower now.
    var removal: String {
      let above = ScreenRows.areReflowed ? max(0, columns - 1) / Terminal.width : 0
      return above > 0 ? "\u{1B}[\(above)A\r\u{1B}[J" : "\r\u{1B}[K"
    }
  }

  private let isShown: Bool
  private let shown = Mutex(Shown())

  init(isShown: Bool) { self.isShown = isShown }

  func show(_ progress: SuiteProgress) {
    write("scripts", progress.scripts == 0 ? nil : Double(progress.finished) / Double(progress.scripts)) { rest in
      self.bar(progress.finished, of: progress.scripts) + "  \(progress.finished) of \(progress.scripts) \(progress.unit), \(progress.replications) replications\(rest)"
    }
  }

  func show(_ progress: RunProgress) {
    guard let all = progress.all else {
      let count = progress.done > 0 ? "\(progress.done) replications" : ""
      return write(progress.model, nil) { _ in [progress.model.isEmpty ? "" : progress.model + ":", progress.value ?? "", count].filter { !$0.isEmpty }.joined(separator: "  ") }
    }
    write(progress.model, Double(progress.done) / Double(max(all, 1))) { rest in
      self.bar(progress.done, of: all) + "  \(progress.model): \(progress.done) of \(all) replications\(rest)"
    }
  }

  /// Looks from time to time how far the one simulation is that runs; what takes no time isn't shown.
  func follow(_ flag: StopFlag) {
    guard isShown else { return }
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.2) { [weak self] in
      guard let self else { return }
      self.look(flag)
      self.follow(flag)
    }
  }

  private func look(_ flag: StopFlag) {
    guard let way = flag.way, way.goal > way.from, way.now > way.from else { return }
    let share = Double(way.now - way.from) / Double(way.goal - way.from)
    func text(_ ticks: Int64) -> String { NumberText.format(quantity: Double(ticks) / 1e9, dimension: .time, significantDigits: 3) }
    // Nothing is written once it has come there: what is said then may be on its way.
    write("way \(way.from) \(way.goal)", share, while: { flag.way != nil }) { rest in
      self.bar(Int(share * 1000), of: 1000) + "  \(text(way.now)) of \(text(way.goal))\(rest)"
    }
  }

  func clear() {
    guard isShown else { return }
    shown.withLock { shown in
      if shown.columns > 0 { Terminal.complain(text: shown.removal) }
      shown = Shown()
    }
  }

  private func bar(_ done: Int, of all: Int) -> String {
    let width = 24
    let filled = all == 0 ? 0 : min(width, done * width / all)
    return String(repeating: "█", count: filled) + String(repeating: "·", count: width - filled)
  }

  /// What is left at the speed so far, once that tells something.
  private static func rest(_ share: Double?, _ nanoseconds: UInt64) -> String {
    guard let share, share > 0.0005, share < 1, nanoseconds > 2_000_000_000 else { return "" }
    let left = Double(nanoseconds) / 1e9 * (1 - share) / share
    return ", about \(NumberText.format(quantity: left.rounded(.up), dimension: .time, significantDigits: 2)) left"
  }

  private static func cut(_ line: String, to columns: Int) -> String {
    var cut = line
    while cut.displayWidth > columns { cut.removeLast() }
    return cut
  }

  private func write(_ subject: String, _ share: Double?, while isWanted: () -> Bool = { true }, _ text: (_ rest: String) -> String) {
    guard isShown else { return }
    shown.withLock { shown in
      guard isWanted() else { return }
      let now = DispatchTime.now().uptimeNanoseconds
      if shown.subject != subject || shown.since == 0 { (shown.subject, shown.since) = (subject, now) }
      if shown.columns > 0, now - shown.at < 50_000_000 { return }
      let line = Self.cut(text(Self.rest(share, now - shown.since)), to: Terminal.width - 1)
      Terminal.complain(text: shown.removal + line)
      shown.columns = line.displayWidth
      shown.at = now
    }
  }
}
