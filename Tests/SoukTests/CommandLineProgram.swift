// The built `souk` as a process, and the repository's folders: what the command-line tests stand on.

import Foundation
import TestCommands

/// Where things are in the repository.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// All files below a folder with this extension, by their path from the root, in ascending order.
  static func files(below folder: String, extension ending: String) -> [String] {
    let base = root.appending(path: folder).systemPath
    let enumerator = FileManager.default.enumerator(atPath: base)
    var found: [String] = []
    while let name = enumerator?.nextObject() as? String {
      if name.hasSuffix(".\(ending)"), !name.hasPrefix("."), !name.contains("/.") { found.append("\(folder)/\(name)") }
    }
    return found.sorted()
  }
}

extension URL {
  /// The path as the system takes it: a blank in it is a blank.
  var systemPath: String { path(percentEncoded: false) }
}

/// What a finished process left.
struct Finished: Equatable, CustomStringConvertible {
  var output: String
  var errors: String
  var code: Int32
  /// Ended by a signal rather than by itself.
  var crashed = false

  /// As golden files keep it.
  var description: String {
    var text = output
    if !text.isEmpty, !text.hasSuffix("\n") { text += "\n(no line end)\n" }
    if !errors.isEmpty { text += "--- standard error\n" + errors }
    return text + "--- \(crashed ? "signal" : "exit") \(code)\n"
  }
}

enum Program {
  /// The program that was built together with the tests.
  static let url: URL = {
    let test = URL(fileURLWithPath: CommandLine.arguments[0])
    for folder in sequence(first: test.deletingLastPathComponent(), next: { $0.systemPath == "/" ? nil : $0.deletingLastPathComponent() }) {
      let candidate = folder.appending(path: "souk")
      if FileManager.default.isExecutableFile(atPath: candidate.systemPath), folder.systemPath.contains(".build") || folder.lastPathComponent == "debug" {
        return candidate
      }
    }
    return Repository.root.appending(path: ".build/debug/souk")
  }()

  /// The program as it is released, if it was built from the sources as they are; else the one that was built with the tests. For
  /// scripts that simulate much: both give the same bytes.
  static let quick: URL = {
    let released = Repository.root.appending(path: ".build/release/souk")
    func date(_ url: URL) -> Date? { (try? url.resourceValues(forKeys: [.contentModificationDateKey]))?.contentModificationDate }
    guard let built = date(released) else { return url }
    for folder in ["Sources", "Plugins"] {
      for ending in ["swift", "souk", "md", "h", "modulemap"] {
        for path in Repository.files(below: folder, extension: ending) {
          if let changed = date(Repository.root.appending(path: path)), changed > built { return url }
        }
      }
    }
    return released
  }()

  /// A command in the repository's folder or another, at no terminal that can do anything.
  private static func command(
    _ program: String, _ words: [String], in folder: URL? = nil, environment: [String: String] = [:]
  ) -> Command {
    Command(
      program, words, in: (folder ?? Repository.root).systemPath,
      environment: ProcessInfo.processInfo.environment
        .merging(["TERM": "dumb", "LC_ALL": "C.UTF-8"]) { $1 }.merging(environment) { $1 })
  }

  /// Runs `souk` with these words to its end, or ends it after `seconds`.
  static func run(
    _ words: [String], input: String? = nil, in folder: URL? = nil, environment: [String: String] = [:], seconds: Double = 300,
    quickly: Bool = false, meanwhile: (Running) -> Void = { _ in }
  ) throws -> Finished {
    let command = command((quickly ? quick : url).systemPath, words, in: folder, environment: environment)
    return try run(command, input: input, seconds: seconds, meanwhile: meanwhile)
  }

  /// Runs `souk` at a terminal that script(1) makes; `meanwhile` types.
  static func terminal(_ words: [String] = [], environment: [String: String], meanwhile: (Running) -> Void) throws -> Finished {
    // In place of the shell, which Ctrl-C would end too.
    let words = ["-qec", "exec '\(url.systemPath)' \(words.joined(separator: " "))", "/dev/null"]
    let command = command("/usr/bin/script", words, environment: environment.merging(["SHELL": "/bin/sh"]) { $1 })
    return try run(command, input: nil, seconds: 300, meanwhile: meanwhile)
  }

  /// Runs a shell command in which `souk` is the program.
  static func shell(_ text: String, in folder: URL? = nil, seconds: Double = 300) throws -> Finished {
    let words = ["-c", "souk() { '\(url.systemPath)' \"$@\"; }\n\(text)"]
    return try run(command("/bin/bash", words, in: folder), input: nil, seconds: seconds)
  }

  private static func run(
    _ command: Command, input: String?, seconds: Double, meanwhile: (Running) -> Void = { _ in }
  ) throws -> Finished {
    // Files rather than pipes: no reader has to keep up.
    let folder = try Scratch()
    func file(_ name: String) throws -> FileHandle {
      let url = folder.url.appending(path: name)
      try Data().write(to: url)
      return try FileHandle(forWritingTo: url)
    }
    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: folder.url.appending(path: name)), as: UTF8.self)
    }
    let keyboard = Pipe()
    var reads = keyboard.fileHandleForReading
    if let input {
      try folder.write(input, to: "in")
      reads = try FileHandle(forReadingFrom: folder.url.appending(path: "in"))
    }
    let process = try command.start(input: reads, output: file("out"), errors: file("err"))
    try keyboard.fileHandleForReading.close()
    let watch = DispatchWorkItem { process.send(SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: watch)
    signal(SIGPIPE, SIG_IGN)
    meanwhile(Running(process: process, keyboard: keyboard.fileHandleForWriting) { try text("out") })
    try keyboard.fileHandleForWriting.close()
    let end = process.wait()
    watch.cancel()
    return Finished(output: try text("out"), errors: try text("err"), code: end.code, crashed: end.isSignal)
  }
}

/// A process that runs, for a test that answers to what it shows.
struct Running {
  fileprivate let process: RunningCommand
  fileprivate let keyboard: FileHandle
  fileprivate let output: () throws -> String

  /// Waits until `text` was shown `count` times, or the process has ended; never by the clock, for a busy machine is no mistake.
  func awaits(_ text: String, count: Int = 1) {
    while process.isRunning, shows(text) < count {
      Thread.sleep(forTimeInterval: 0.02)
    }
  }

  /// The same for several texts, counted together.
  func awaits(_ texts: [String], count: Int) {
    while process.isRunning, texts.reduce(0, { $0 + shows($1) }) < count {
      Thread.sleep(forTimeInterval: 0.02)
    }
  }

  /// Byte by byte, for a carriage return and a line feed are one character.
  private func shows(_ text: String) -> Int { ((try? Array(output().utf8)) ?? []).ranges(of: Array(text.utf8)).count }

  /// Presses a key again and again until `text` is shown.
  func keeps(pressing key: String, until text: String) {
    while process.isRunning, shows(text) == 0 {
      types(key)
      Thread.sleep(forTimeInterval: 0.1)
    }
  }

  func types(_ text: String) { try? keyboard.write(contentsOf: Data(text.utf8)) }

  /// Sends it Ctrl-C.
  func interrupts() { process.send(SIGINT) }

  /// Asks it to end, as a pipeline does whose time is over.
  func terminates() { process.send(SIGTERM) }
}

/// A folder of one test's own, removed after it.
final class Scratch {
  let url: URL

  init(_ files: [String: String] = [:]) throws {
    url = FileManager.default.temporaryDirectory.appending(path: "souk-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (name, text) in files { try write(text, to: name) }
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  func write(_ bytes: [UInt8], to name: String) throws {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  func text(_ name: String) throws -> String { try String(contentsOf: url.appending(path: name), encoding: .utf8) }

  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.systemPath)) ?? []).sorted() }
}
