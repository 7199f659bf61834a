// The session as lines of JSON, for notebooks and editors: requests → events and one answer each. docs/prompt.md has the form.
// An interruption is taken by the thread that reads, while the work goes on; all else is answered in the order it came.

public import Souk
import SoukReport
import SoukText
import Synchronization
import Dispatch

/// Requests as they arrive.
public final class Incoming: Sendable {
  private let lines = Mutex<[String?]>([])
  private let arrived = DispatchSemaphore(value: 0)
  private let interrupt: @Sendable () -> Void

  public init(interrupt: @escaping @Sendable () -> Void) { self.interrupt = interrupt }

  /// Reads lines until there are no more.
  public func read(_ nextLine: () -> String?) {
    while let line = nextLine() {
      if JSONValue(line)?["interrupt"] != nil { interrupt() }
      put(line)
    }
    put(nil)
  }

  private func put(_ line: String?) {
    lines.withLock { $0.append(line) }
    arrived.signal()
  }

  /// The next request, once there is one; nil at the end.
  public func next() -> String? {
    arrived.wait()
    return lines.withLock { $0.removeFirst() }
  }
}

public final class JSONPrompt {
  private let session: Session
  private let write: (String) -> Void
  private var id: JSONValue = .null

  public init(session: Session, write: @escaping (String) -> Void) {
    self.session = session
    self.write = write
  }

  /// Something that was said while the present request is carried out.
  public func say(_ text: String, kind: String) { send(["event": .text("output"), "kind": .text(kind), "text": .text(text)]) }

  /// One line, its names in ascending order.
  private func send(_ fields: KeyValuePairs<String, JSONValue>) {
    let members = fields.map { ($0.key, $0.value) } + [("id", id)]
    write(JSONValue.object(members.sorted { $0.0 < $1.0 }).line + "\n")
  }

  private func refuse(_ reason: String) { send(["status": .text("error"), "message": .text(reason)]) }

  /// Carries out one request.
  public func answer(_ line: String) {
    id = .null
    guard let request = JSONValue(line), case .object = request else { return refuse("a request is a JSON object on one line") }
    id = request["id"] ?? .null
    func text(_ name: String) -> String? { if case .text(let text)? = request[name] { text } else { nil } }
    func place(in text: String) -> Int {
      guard case .number(let at)? = request["at"], at >= 0, at <= Double(text.utf8.count) else { return text.utf8.count }
      return Int(at)
    }
    if let entry = text("execute") {
      execute(entry)
    } else if let entry = text("complete") {
      let (start, found) = session.completions(in: entry, at: place(in: entry))
      let matches = found.map { one in
        JSONValue.object([("append", .optional(one.append.map { String($0) })), ("detail", .text(one.detail)), ("text", .text(one.text))])
      }
      send(["status": .text("ok"), "start": .integer(Int64(start)), "matches": .list(matches)])
    } else if let entry = text("is_complete") {
      send(["status": .text("ok"), "complete": .bool(Session.isComplete(entry))])
    } else if let entry = text("inspect") {
      let help = session.help(in: entry, at: place(in: entry))
      send(["status": .text("ok"), "found": .bool(help != nil), "text": .optional(help)])
    } else if request["interrupt"] != nil {
      send(["status": .text("ok")])
    } else {
      refuse("a request has one of execute, complete, is_complete, inspect, interrupt")
    }
  }

  private func execute(_ entry: String) {
    let answer = session.enter(entry)
    let diagnostics = answer.diagnostics.map { diagnostic -> JSONValue in
      let file = answer.sources[diagnostic.primary.span.file]
      let (line, column) = file.position(Int(diagnostic.primary.span.lower))
      return .object([
        ("code", .text(diagnostic.code.text)), ("column", .integer(Int64(column))), ("file", .text(file.name)),
        ("hints", .list(diagnostic.hints.map { .text($0.text) })), ("line", .integer(Int64(line))), ("message", .text(diagnostic.message)),
        ("severity", .text("\(diagnostic.severity)")),
      ])
    }
    let status = answer.isDone ? "ok" : answer.hasErrors ? "error" : session.wasInterrupted ? "interrupted" : "failed"
    send(["status": .text(status), "diagnostics": .list(diagnostics), "kept": .list(answer.kept.map { .text($0) })])
  }
}
