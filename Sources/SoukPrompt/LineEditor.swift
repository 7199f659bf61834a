// Lines from a terminal by GNU readline, with its callback interface: Ctrl-C then gives up the line at once, which neither
// readline() nor its signal hook does (the hook acts with the next key only). While the program works, Ctrl-C asks that work to
// stop. Unsafe code of the prompt is here and in HistoryFile.swift.

import CReadline
import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the terminal gave.
enum TypedLine {
  case line(String)
  /// Ctrl-C: what was typed is given up.
  case abandoned
  /// Ctrl-D on an empty line, or the terminal was closed.
  case end
}

/// What stands at the cursor when a key asks for completion or help.
struct Cursor {
  var line: String
  /// Bytes before the cursor.
  var offset: Int
  /// Whether lines stand before it in the same entry.
  var isContinued = false
}

/// Whether work is under way, from the moment that a line was taken until the next is read, and whom Ctrl-C tells then.
final class Work: Sendable {
  private let isUnderWay = Atomic(false)
  private let interrupt: @Sendable () -> Void

  init(interrupt: @escaping @Sendable () -> Void) { self.interrupt = interrupt }

  func begin() { isUnderWay.store(true, ordering: .sequentiallyConsistent) }
  func end() { isUnderWay.store(false, ordering: .sequentiallyConsistent) }

  /// True when there was work to be told.
  func stop() -> Bool {
    guard isUnderWay.load(ordering: .sequentiallyConsistent) else { return false }
    interrupt()
    return true
  }
}

/// The one line editor of the process; readline's state is global, and so is this.
@MainActor
enum LineEditor {
  private static var typed: TypedLine?
  private static var wake: (read: Int32, write: Int32) = (-1, -1)
  private static var signals: [any DispatchSourceSignal] = []
  /// Completions at a cursor: the texts, and the character behind one that stands alone.
  private static var complete: (Cursor) -> (texts: [String], append: Character?) = { _ in ([], nil) }
  private static var help: (Cursor) -> String? = { _ in nil }
  private static var offered: [String] = []
  private static var work: Work?

  /// Call once, before anything is read.
  ///
  /// In a locale without UTF-8 (containers, builds) readline drops every byte of a word such as 한글. It reads the
  /// environment itself, so `setlocale` alone isn't enough.
  static func prepare(
    work: Work, complete: @escaping (Cursor) -> (texts: [String], append: Character?), help: @escaping (Cursor) -> String?
  ) {
    self.work = work
    self.complete = complete
    self.help = help
    unsafe setlocale(LC_ALL, "")
    if __ctype_get_mb_cur_max() == 1 {
      unsafe setenv("LC_ALL", "C.UTF-8", 1)
      unsafe setlocale(LC_ALL, "C.UTF-8")
    }
    unsafe souk_readline_prepare(
      { text, _, _ in
        let append = MainActor.assumeIsolated { LineEditor.offer() }
        return unsafe souk_readline_matches(text, { _, state in
          let next = MainActor.assumeIsolated { state == 0 ? LineEditor.first() : LineEditor.next() }
          guard let next else { return nil }
          return unsafe strdup(next)
        }, append)
      },
      { _, _ in
        MainActor.assumeIsolated { LineEditor.showHelp() }
        return 0
      },
      { _, _ in MainActor.assumeIsolated { LineEditor.tab() } })
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return }
    wake = (ends[0], ends[1])
    let descriptor = ends[1]
    for (number, byte) in [(SIGINT, UInt8(ascii: "c")), (SIGCONT, UInt8(ascii: "r")), (SIGWINCH, UInt8(ascii: "w"))] {
      if number == SIGINT { signal(SIGINT, SIG_IGN) }
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { @Sendable in
        if number == SIGINT, work.stop() { return }
        var byte = byte
        _ = unsafe write(descriptor, &byte, 1)
      }
      source.activate()
      signals.append(source)
    }
  }

  /// One line, without its end, after `prompt`.
  static func read(_ prompt: String, isContinued: Bool) -> TypedLine {
    typed = nil
    self.isContinued = isContinued
    work?.end()
    unsafe rl_callback_handler_install(prompt) { line in
      MainActor.assumeIsolated { unsafe LineEditor.take(line) }
    }
    var waits = [pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0), pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0)]
    while typed == nil {
      guard unsafe poll(&waits, 2, -1) >= 0 else {
        if errno == EINTR { continue }
        rl_callback_handler_remove()
        return .end
      }
      if waits[1].revents != 0 {
        switch nextSignal() {
        case UInt8(ascii: "r"): souk_readline_resume()
        case UInt8(ascii: "w"): resize()
        default:
          giveUp()
          return .abandoned
        }
        continue
      }
      if waits[0].revents & Int16(POLLIN) != 0 {
        rl_callback_read_char()
      } else if waits[0].revents != 0 {
        rl_callback_handler_remove()
        return .end
      }
    }
    return typed ?? .end
  }

  /// Puts these entries under the arrow keys, the latest last.
  static func offer(history: [String]) {
    clear_history()
    for entry in history { unsafe add_history(entry) }
  }

  // MARK: Keys

  static var cursor: Cursor { Cursor(line: unsafe String(cString: souk_readline_line()), offset: Int(souk_readline_point()), isContinued: isContinued) }
  private static var isContinued = false

  /// What is to stand behind a completion that is alone; 0 for nothing.
  private static func offer() -> Int32 {
    let found = complete(cursor)
    offered = found.texts
    return found.append.flatMap(\.asciiValue).map(Int32.init) ?? 0
  }

  private static func first() -> String? {
    offered.reverse()
    return next()
  }

  private static func next() -> String? { offered.popLast() }

  /// A tab before any text of a line that goes on is white space, as in lines that are pasted without marks.
  private static func tab() -> Int32 {
    let cursor = cursor
    guard cursor.isContinued, cursor.line.utf8.prefix(cursor.offset).allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { return souk_readline_complete() }
    return unsafe rl_insert_text("  ") >= 0 ? 0 : 1
  }

  private static func showHelp() {
    guard let text = help(cursor) else {
      rl_ding()
      return
    }
    unsafe souk_readline_show(text.hasSuffix("\n") ? text : text + "\n")
  }

  /// Removes the handler first, or readline would show the next prompt before the line's answer.
  private static func take(_ line: UnsafeMutablePointer<CChar>?) {
    work?.begin()
    rl_callback_handler_remove()
    if let line = unsafe line {
      typed = .line(unsafe String(cString: line))
      unsafe free(line)
    } else {
      typed = .end
    }
  }

  private static func nextSignal() -> UInt8 {
    var byte: UInt8 = 0
    _ = unsafe Glibc.read(wake.read, &byte, 1)
    return byte
  }

  private static func giveUp() {
    rl_callback_sigcleanup()
    rl_free_line_state()
    // Before the handler is removed, which goes back to the beginning of the line.
    _ = unsafe write(STDOUT_FILENO, "^C", 2)
    unsafe rl_replace_line("", 0)
    rl_callback_handler_remove()
    _ = unsafe write(STDOUT_FILENO, "\n", 1)
  }
}
