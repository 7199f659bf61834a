// Lines from a terminal by GNU readline, with its callback interface: Ctrl-C then gives up the line at once, which neither
// readline() nor its signal hook does (the hook acts with the next key only). All unsafe code of the prompt is here.

import CReadline
import Dispatch

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
  /// Ctrl-D on an empty line.
  case end
}

/// The one line editor of the process; readline's state is global, and so is this.
@MainActor
enum LineEditor {
  private static var typed: TypedLine?
  private static var wake: (read: Int32, write: Int32) = (-1, -1)
  private static var interrupts: (any DispatchSourceSignal)?

  /// Call once, before anything is read.
  ///
  /// In a locale without UTF-8 (containers, builds) readline drops every byte of a word such as 한글. It reads the
  /// environment itself, so `setlocale` alone isn't enough.
  static func prepare() {
    unsafe setlocale(LC_ALL, "")
    if __ctype_get_mb_cur_max() == 1 {
      unsafe setenv("LC_ALL", "C.UTF-8", 1)
      unsafe setlocale(LC_ALL, "C.UTF-8")
    }
    souk_readline_prepare()
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return }
    wake = (ends[0], ends[1])
    signal(SIGINT, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    let descriptor = ends[1]
    source.setEventHandler { @Sendable in
      var byte: UInt8 = 0
      _ = unsafe write(descriptor, &byte, 1)
    }
    source.activate()
    interrupts = source
  }

  /// One line, without its end, after `prompt`.
  static func read(_ prompt: String) -> TypedLine {
    typed = nil
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
        drainInterrupts()
        giveUp()
        return .abandoned
      }
      if waits[0].revents != 0 { rl_callback_read_char() }
    }
    return typed ?? .end
  }

  /// Keeps an entry for the arrow keys.
  static func remember(_ entry: String) { unsafe add_history(entry) }

  /// Removes the handler first, or readline would show the next prompt before the line's answer.
  private static func take(_ line: UnsafeMutablePointer<CChar>?) {
    rl_callback_handler_remove()
    if let line = unsafe line {
      typed = .line(unsafe String(cString: line))
      unsafe free(line)
    } else {
      typed = .end
    }
  }

  private static func drainInterrupts() {
    var byte: UInt8 = 0
    _ = unsafe Glibc.read(wake.read, &byte, 1)
  }

  private static func giveUp() {
    rl_callback_sigcleanup()
    rl_free_line_state()
    unsafe rl_replace_line("", 0)
    rl_callback_handler_remove()
    _ = unsafe write(STDOUT_FILENO, "^C\n", 3)
  }
}
