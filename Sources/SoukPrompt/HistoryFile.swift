// What was entered, in a file: one entry a line (its own line ends and backslashes written as \n and \\), the latest last. Each
// entry is added at once, under a lock, so that several prompts share the file without loss. The file is its owner's alone
// (mode 0600). An entry that was there before is folded into the latest; a file that has grown long is rewritten shorter.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

struct HistoryFile {
  /// How many entries are kept.
  static let limit = 5000

  private let path: String?
  private(set) var entries: [String] = []

  /// The history at `path`; `nil` keeps it in memory alone.
  init(path: String?) {
    self.path = path
    guard let path else { return }
    Self.makeFolders(of: path)
    Self.locked(path) { file in
      let lines = Self.read(file)
      entries = Self.folded(lines.map(Self.decoded))
      guard lines.count > 2 * Self.limit else { return }
      _ = ftruncate(file, 0)
      Self.write(entries.map { Self.encoded($0) + "\n" }.joined(), to: file)
    }
  }

  /// `$XDG_STATE_HOME/souk/history`, by default below `~/.local/state`; nil without a home.
  static var usualPath: String? {
    func variable(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }
    if let state = variable("XDG_STATE_HOME"), state.hasPrefix("/") { return state + "/souk/history" }
    guard let home = variable("HOME"), home.hasPrefix("/") else { return nil }
    return home + "/.local/state/souk/history"
  }

  mutating func add(_ entry: String) {
    guard entry != entries.last else { return }
    entries.removeAll { $0 == entry }
    entries.append(entry)
    if entries.count > Self.limit { entries.removeFirst(entries.count - Self.limit) }
    guard let path else { return }
    Self.locked(path) { Self.write(Self.encoded(entry) + "\n", to: $0) }
  }

  // MARK: Text

  static func encoded(_ entry: String) -> String { entry.replacing("\\", with: "\\\\").replacing("\n", with: "\\n") }

  static func decoded(_ line: String) -> String {
    var out = ""
    var isEscaped = false
    for character in line {
      if isEscaped {
        out.append(character == "n" ? "\n" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        out.append(character)
      }
    }
    return out
  }

  /// Each entry once, where it was last.
  static func folded(_ entries: [String]) -> [String] {
    var seen: Set<String> = []
    return Array(entries.reversed().filter { seen.insert($0).inserted }.prefix(limit).reversed())
  }

  // MARK: The file

  private static func makeFolders(of path: String) {
    var made = ""
    for part in path.split(separator: "/").dropLast() {
      made += "/" + part
      _ = unsafe mkdir(made, 0o700)
    }
  }

  /// Nothing is said when there can't be a history: what was typed is entered all the same.
  private static func locked(_ path: String, _ body: (Int32) -> Void) {
    let file = unsafe open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    defer { close(file) }
    guard flock(file, LOCK_EX) == 0 else { return }
    body(file)
  }

  private static func read(_ file: Int32) -> [String] {
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe Glibc.read(file, &block, block.count)
      guard count > 0 else { break }
      bytes += block[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private static func write(_ text: String, to file: Int32) {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes[done...].withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      done += count
    }
  }
}
