// What a stage found wrong in a script, as a value. Stages collect diagnostics and go on; only the renderer makes text.

/// A stable code such as `E0201`; `souk explain E0201` shows its page.
public struct DiagnosticCode: Hashable, Sendable, Comparable, ExpressibleByStringLiteral {
  public let text: String
  public init(_ text: String) { self.text = text }
  public init(stringLiteral value: String) { text = value }
  public static func < (a: DiagnosticCode, b: DiagnosticCode) -> Bool { a.text < b.text }
}

public enum Severity: String, Sendable, Hashable { case error, warning }

/// A place with a few words on what stands there.
public struct Label: Sendable, Hashable {
  public var span: Span
  public var text: String
  public init(_ span: Span, _ text: String) {
    self.span = span
    self.text = text
  }
}

/// What to write instead: advice, and where it is certain, the exact replacement.
public struct Hint: Sendable, Hashable {
  public var text: String
  public var replacement: Replacement?

  public struct Replacement: Sendable, Hashable {
    public var span: Span
    public var text: String
    public init(span: Span, text: String) {
      self.span = span
      self.text = text
    }
  }

  public init(_ text: String, replace span: Span? = nil, with replacement: String = "") {
    self.text = text
    self.replacement = span.map { Replacement(span: $0, text: replacement) }
  }
}

/// One mistake: what was found where, what was expected and why, and what to write instead.
public struct Diagnostic: Sendable, Hashable {
  public var code: DiagnosticCode
  public var severity: Severity
  /// One sentence, without a final full stop: `cannot add CNY to payment/s`.
  public var message: String
  /// The place of the mistake.
  public var primary: Label
  /// Other places that matter: where the other side was declared, where a bracket was opened.
  public var others: [Label]
  public var hints: [Hint]

  public init(
    _ code: DiagnosticCode, _ message: String, at span: Span, _ label: String = "", others: [Label] = [],
    hints: [Hint] = [], severity: Severity = .error
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.primary = Label(span, label)
    self.others = others
    self.hints = hints
  }
}
