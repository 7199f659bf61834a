// A word as a POSIX shell takes it: commands in reports are pasted.

/// Quoting for a POSIX shell.
public enum ShellWord {
  /// `word` as it is where a shell leaves it so, else in single quotes.
  public static func quoted(_ word: String) -> String {
    let plain = !word.isEmpty && word.unicodeScalars.allSatisfy { scalar in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "/", ".", "-", "_", "+", ",", ":", "@", "%": true
      default: scalar.value > 127
      }
    }
    return plain ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
