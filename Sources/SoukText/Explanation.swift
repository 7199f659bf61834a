// The pages that `souk explain` shows: one for each diagnostic code, written in Markdown beside this file and embedded.
// A page begins with `# E0203: its title` and has two fenced scripts: the first makes the mistake, the second mends it.

/// What a code means, why it is a mistake, and what to write instead.
public struct Explanation: Sendable, Hashable {
  public let code: DiagnosticCode
  /// One line: `units that don't fit in a sum`.
  public let title: String
  /// The whole page, in Markdown.
  public let text: String

  /// All pages, in ascending order of their codes.
  public static let all: [Explanation] = EmbeddedExplanations.texts.map { name, text in
    Explanation(code: DiagnosticCode(name), text: text)
  }.sorted { $0.code < $1.code }

  /// The page of a code. O(pages).
  public init?(for code: DiagnosticCode) {
    guard let page = Self.all.first(where: { $0.code == code }) else { return nil }
    self = page
  }

  init(code: DiagnosticCode, text: String) {
    self.code = code
    self.text = text
    let heading = text.prefix { $0 != "\n" }.drop { $0 == "#" || $0 == " " }
    let afterCode = heading.hasPrefix(code.text) ? heading.dropFirst(code.text.count) : heading
    title = String(afterCode.drop { ":–—-. ".contains($0) })
  }
}
