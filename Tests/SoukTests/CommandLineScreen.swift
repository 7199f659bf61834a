// What a screen shows: `souk` in a terminal that tmux(1) keeps, driven by a shell script that waits for what is seen there.

import Foundation

enum Screen {
  static let tmux = ["/usr/bin/tmux", "/usr/local/bin/tmux", "/opt/homebrew/bin/tmux"].first { FileManager.default.isExecutableFile(atPath: $0) }

  /// Runs a script in which `t` is tmux with the one session, whose pane shows the prompt in so many columns. In it `types` and
  /// `keys` press keys, `shows` waits until a text stands on the screen, `prompts` until so many lines begin with the prompt,
  /// `stands` until the cursor is in a column, `resizes` until the terminal has so many columns, `lines` prints what was shown so far, each line whole, and `ends` leaves.
  static func run(columns: Int, rows: Int = 40, environment: String = "LC_ALL=C.UTF-8 INPUTRC=/dev/null", _ script: String) throws -> Finished {
    let folder = try Scratch()
    // Ended by itself rather than by whoever runs it, so that tmux ends too.
    let prelude = """
      waits() { [ $SECONDS -lt 150 ] || exit 1; sleep 0.05; }
      export \(environment)
      unset XTERM_VERSION STY
      t() { \(tmux ?? "tmux") -S "$PWD/socket" -u "$@"; }
      trap 't kill-server 2> /dev/null' EXIT
      lines() { t capture-pane -p -J -S - | sed 's/ *$//'; }
      # Where a wide character went to the next row whole a blank is in its place.
      shows() { until lines | tr -d ' ' | grep -qF -- "$(printf %s "$1" | tr -d ' ')"; do waits; done; }
      gone() { while lines | grep -qF -- "$1"; do waits; done; }
      prompts() { until [ "$(lines | grep -c '^souk>')" -ge "$1" ]; do waits; done; }
      stands() { until [ "$(t display-message -p '#{cursor_x}')" = "$1" ]; do waits; done; }
      types() { t send-keys -l -- "$1"; }
      keys() { t send-keys "$@"; }
      resizes() {
        t resize-window -x "$1" -y \(rows)
        until [ "$(stty size < "$(t display-message -p '#{pane_tty}')")" = "\(rows) $1" ]; do waits; done
      }
      ends() { keys C-d; while t has-session 2> /dev/null; do waits; done; }
      t -f /dev/null new-session -d -x \(columns) -y \(rows) "'\(Program.url.systemPath)' --no-history"
      prompts 1
      """
    return try Program.shell(prelude + "\n" + script, in: folder.url, seconds: 180)
  }
}
