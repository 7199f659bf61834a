// A mistake in what a component makes of its parameters is its user's: it is told at the field that gave the parameter its
// value, with the component's own line beside it.

import SoukSema
import SoukText

extension Lowering {
  /// The error as told to who gave the value: unchanged where no instance did.
  func told(_ error: EvaluationError, from binding: Binding) -> EvaluationError {
    let inside = error.diagnostic.primary
    guard binding.expression.span.holds(inside.span), let origin = origin(of: binding), origin != inside.span else { return error }
    var out = error
    out.diagnostic.primary = Label(origin, inside.text)
    out.diagnostic.others.insert(Label(inside.span, "used here"), at: 0)
    return out
  }

  /// The error of a thing, told from the field in which it was met.
  func told(_ error: EvaluationError, ofThing i: Int) -> EvaluationError {
    let fields = things[i].thing.fields.filter { $0.value.span.holds(error.diagnostic.primary.span) }
    guard let field = fields.first else { return error }
    return told(error, from: Binding(expression: field.value, env: things[i].env))
  }

  /// Where the first parameter in an expression, that an instance was given, was given.
  private func origin(of binding: Binding) -> Span? {
    if case .member(let id) = binding.expression.kind, let path = binding.env.instance, let i = instanceIndex[path] {
      let member = program.scopes[instances[i].scope.index].members[id.index]
      switch member.kind {
      case .parameter:
        guard let given = instances[i].arguments[member.name] else { return nil }
        return origin(of: given) ?? given.expression.span
      case .value(let value, _): return origin(of: Binding(expression: value, env: Environment(instance: path)))
      default: return nil
      }
    }
    for child in binding.expression.children {
      if let found = origin(of: Binding(expression: child, env: binding.env)) { return found }
    }
    return nil
  }
}

extension Span {
  fileprivate func holds(_ other: Span) -> Bool { file == other.file && lower <= other.lower && other.upper <= upper }
}
