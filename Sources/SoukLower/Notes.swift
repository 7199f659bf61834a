// `print` in a journey: a line for the trace. What is known is text already; each value of a running model is a note of its own,
// with the text before it, so that the engine hands on numbers and knows nothing of texts and units.

import SoukModel
import SoukSema
import SoukSyntax
import SoukText
public import SoukUnits

/// A part of a line for the trace: some text, then a value if there is one.
public struct Note: Sendable {
  public enum Shown: Sendable {
    case quantity(Dimension, UnitExpression?)
    /// What stands for itself by a number: a truth value, a case of a choice, a row, a text.
    case named([String])
  }
  public var text: String
  public var shown: Shown?
  /// Whether the line ends here.
  public var endsLine: Bool

  /// The part with its value as people read it.
  public func written(_ x: Double) -> String {
    switch shown {
    case nil: text
    case .quantity(let dimension, let unit): text + NumberText.format(quantity: x, dimension: dimension, preferred: unit)
    case .named(let names): text + (x >= 0 && x < Double(names.count) ? names[Int(x)] : "nothing")
    }
  }
}

extension Lowering {
  func note(_ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) {
    var parts: [TextPart] = [.value(e)]
    if case .text(let written) = e.kind { parts = written }
    var before = ""
    for part in parts {
      switch part {
      case .text(let literal): before += literal
      case .value(let inner):
        if try isStatic(inner, ctx), !inner.type.isReference {
          before += host(textOf: try evaluator.evaluate(inner, ctx.env), inner)
        } else if let shown = try shown(inner, ctx) {
          emit(Note(text: before, shown: shown, endsLine: false), try number(inner, ctx))
          before = ""
        } else {
          before += "…"
        }
      }
    }
    emit(Note(text: before, shown: nil, endsLine: true), emitter.constant(0))
  }

  private func host(textOf value: Value, _ e: TypedExpression) -> String { evaluator.host.text(value, of: e, evaluator) }

  private func emit(_ note: Note, _ value: Int32) {
    model.messages.append(note.text)
    let index = Int32(model.messages.count - 1)
    notes[index] = note
    emitter.emit(.note, index, value)
  }

  /// How a number of a running model is shown; nil for what is more than one number.
  private func shown(_ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Note.Shown? {
    var type = e.type
    if case .optional(let inner) = type { type = inner }
    switch type {
    case .quantity(let d), .thing(_, let d):
      let units = instanceIndex[ctx.instance].map { instances[$0].units } ?? [:]
      return .quantity(d.substituting(units), e.shown)
    case .bool: return .named(["false", "true"])
    case .choice(let id): return .named(program.choices[id.index].cases)
    case .row(let table):
      var names: [String] = []
      for i in try evaluator.rows(table).indices { names.append(try evaluator.rowKey(table, i)) }
      return .named(names)
    // Texts get their numbers while code is written; the list is complete when it is done.
    case .text: return .named([])
    case .date, .clock: return .quantity(.time, nil)
    default: return nil
    }
  }
}
