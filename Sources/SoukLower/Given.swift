// Values from outside reach parameters of instances: a place's steps, with a key or for all rows, are held against the path of
// each instance as it is elaborated. A later value for the same parameter replaces an earlier one.

public import SoukSema
public import SoukText

extension Lowering {
  /// The value from outside for a parameter of an instance within the model; those of the model itself are its arguments.
  func given(_ member: MemberID, in instance: Int) throws(EvaluationError) -> Value? {
    guard instance != 0, !program.given.isEmpty else { return nil }
    for given in program.given.reversed() {
      for place in given.places where place.model == modelScope && place.member == member {
        if try leads(place, to: instances[instance].path) { return try evaluator.evaluate(given.value) }
      }
    }
    return nil
  }

  private func leads(_ place: GivenValue.Place, to path: InstancePath) throws(EvaluationError) -> Bool {
    var rest = path.steps[...]
    for step in place.steps {
      guard case .member(step.member)? = rest.popFirst() else { return false }
      guard let table = step.table else { continue }
      guard case .row(let row)? = rest.popFirst() else { return false }
      if let key = step.key, try evaluator.rowKey(table, row) != key.text { return false }
    }
    return rest.isEmpty
  }
}

/// Keys in paths from outside that no row of their table has. Tables' files must have been read.
public func unknownKeys(in program: TypedProgram) -> [Diagnostic] {
  let evaluator = Evaluator(program: program)
  var problems: [Diagnostic] = []
  for step in program.given.flatMap(\.places).flatMap(\.steps) {
    guard let table = step.table, let key = step.key, let keys = try? evaluator.keys(of: table), !keys.contains(key.text) else { continue }
    let name = program.tables[table.index].name
    let shown = keys.prefix(12).map { "`\($0)`" }.joined(separator: ", ") + (keys.count > 12 ? " and \(keys.count - 12) more" : "")
    let problem = Diagnostic(
      "E0243", "no row of `\(name)` has the key `\(key.text)`", at: key.span, "not a key",
      others: [Label(program.tables[table.index].span, "the table is declared here")], hints: [Hint("its keys are \(shown)")])
    if !problems.contains(problem) { problems.append(problem) }
  }
  return problems
}

extension Evaluator {
  /// The keys of a table's rows, in their order; row numbers where it has no key.
  fileprivate func keys(of table: TableID) throws(EvaluationError) -> [String] {
    var keys: [String] = []
    for row in try rows(table).indices { keys.append(try rowKey(table, row)) }
    return keys
  }
}
