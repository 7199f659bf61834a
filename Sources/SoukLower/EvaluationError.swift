// What can go wrong while a script's expressions are evaluated or a model is elaborated. One constructor for each kind of
// mistake, so that the wording stands in one file; codes E0301 to E0349. Codes that begin with I are defects of Souk's own:
// the checker lets no script through that would meet them.

public import SoukText
import SoukUnits

/// A mistake found by evaluating an expression, with its place.
public struct EvaluationError: Error, Sendable {
  public var diagnostic: Diagnostic
  /// Whether a limit of the evaluation (steps, depth) was met, not a mistake made.
  public var isLimit: Bool

  public init(_ diagnostic: Diagnostic, isLimit: Bool = false) {
    self.diagnostic = diagnostic
    self.isLimit = isLimit
  }

  init(_ code: DiagnosticCode, _ message: String, at span: Span, _ label: String = "", hint: String? = nil, isLimit: Bool = false) {
    self.init(Diagnostic(code, message, at: span, label, hints: hint.map { [Hint($0)] } ?? []), isLimit: isLimit)
  }
}

extension EvaluationError {
  static func divisionByZero(_ span: Span) -> EvaluationError {
    EvaluationError("E0301", "division by zero", at: span, "this is 0")
  }
  static func indexOutOfRange(_ index: Double, count: Int, _ span: Span) -> EvaluationError {
    EvaluationError(
      "E0302", "there is no element \(written(index)) in a list of \(count)", at: span,
      count == 0 ? "the list is empty" : "elements count from 0 to \(count - 1)")
  }
  static func emptyList(_ what: String, _ span: Span) -> EvaluationError {
    EvaluationError("E0302", "\(what) of an empty list has no value", at: span)
  }
  static func lawDomain(_ problem: String, _ span: Span) -> EvaluationError {
    EvaluationError("E0303", problem, at: span)
  }
  static func notWhole(_ what: String, _ x: Double, _ span: Span) -> EvaluationError {
    EvaluationError("E0304", "\(what) must be a whole number, not \(written(x))", at: span)
  }
  static func tooDeep(_ limit: Int, _ span: Span) -> EvaluationError {
    EvaluationError("E0305", "functions call each other more than \(limit) deep", at: span, isLimit: true)
  }
  static func tooManySteps(_ limit: Int, _ span: Span) -> EvaluationError {
    EvaluationError("E0306", "the evaluation took more than \(written(Double(limit))) steps", at: span,
      limit < Evaluator.defaultStepLimit ? "`--max-steps` allows more" : "the most that is allowed", isLimit: true)
  }
  static func tooLong(_ count: Double, _ span: Span) -> EvaluationError {
    EvaluationError("E0306", "this has \(written(count)) numbers", at: span, "10M are the most that are listed", isLimit: true)
  }
  static func computedKey(_ table: String, _ span: Span) -> EvaluationError {
    EvaluationError(
      "E0319", "a key that is worked out while the model runs isn't looked up", at: span, "this text changes",
      hint: "use a row of \(table): `choose r in \(table) weight …`, `for r in \(table) { … }`, or \(table)[…] with a constant key")
  }

  static func rowTwice(_ key: String, _ span: Span) -> EvaluationError {
    EvaluationError("E0307", "the row \"\(key)\" is in this list twice, and there is one of each", at: span)
  }

  static func noRow(_ key: String, table: String, _ span: Span) -> EvaluationError {
    EvaluationError("E0307", "the table \(table) has no row \"\(key)\"", at: span)
  }
  static func changes(_ span: Span) -> EvaluationError {
    EvaluationError(
      "E0319", "this changes while the model runs, and a constant is needed here", at: span,
      hint: "a list is fixed when the model is made: in `choose … in` give the others the weight 0")
  }
  static func domain(_ what: String, _ span: Span) -> EvaluationError {
    EvaluationError("E0309", what, at: span)
  }
  static func missing(_ span: Span) -> EvaluationError {
    EvaluationError("I0310", "there is no value here", at: span, hint: "write `or` with a value to use instead")
  }
  static func needsStart(_ span: Span) -> EvaluationError {
    EvaluationError("E0311", "a date has a meaning in a model with a `start` only", at: span, hint: "write `start: 2017-11-11` in the model")
  }
  static func curve(_ problem: String, _ span: Span) -> EvaluationError {
    EvaluationError("E0315", problem, at: span)
  }
  static func cycle(_ name: String, _ span: Span) -> EvaluationError {
    EvaluationError("I0317", "`\(name)` is defined by itself", at: span)
  }
  static func noValue(_ name: String, _ span: Span) -> EvaluationError {
    EvaluationError("E0318", "`\(name)` has no value: it has no default and none was given", at: span)
  }
  /// Well typed, but there is no code for it in a running model.
  static func notInJourneys(_ what: String, _ span: Span) -> EvaluationError {
    EvaluationError("E0319", "\(what) can't be computed while the model runs", at: span)
  }
  /// The checker lets no such expression through: a defect of Souk's.
  static func unexpected(_ what: String, _ span: Span) -> EvaluationError {
    EvaluationError("I0399", "this is a defect of Souk: \(what)", at: span, hint: "please report it with the script")
  }
}

/// A number in a message, as people read it; what isn't whole doesn't look whole.
func written(_ x: Double) -> String {
  NumberText.format(x, style: x == x.rounded() ? .standard : NumberStyle(landmark: x.rounded().magnitude))
}

/// A number in full, for dumps: whole numbers without a point.
func numberText(_ x: Double) -> String {
  x == x.rounded() && x.magnitude < 1e15 ? "\(Int64(x))" : "\(x)"
}
