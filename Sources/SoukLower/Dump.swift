// A compiled model as text, for `--dump model`: things, then the code with its labels, driven by `OpCode.signature`.

public import SoukModel

/// The disassembly of a model; the same model gives the same bytes.
public func dump(_ model: CompiledModel) -> String {
  var lines: [String] = ["model \(model.name)" + (model.weight == 1 ? "" : " scale 1/\(numberText(model.weight))")]
  for (i, law) in model.laws.enumerated() { lines.append("law \(i): \(text(law, model))") }
  for (i, curve) in model.curves.enumerated() {
    let points = zip(curve.times, curve.values).map { "\(numberText($0)) => \(numberText($1))" }
    lines.append("curve \(i): \(curve.shape) period \(numberText(curve.period)) offset \(numberText(curve.offset)) { \(points.joined(separator: ", ")) }")
  }
  for (i, calendar) in model.calendars.enumerated() {
    lines.append("calendar \(i): \(calendar.instants.map { "\($0)" }.joined(separator: " ")) period \(calendar.period)")
  }
  for source in model.sources { lines.append("source \(source.path): \(source.pattern) journey \(source.journey) entry \(source.entry)") }
  for station in model.stations {
    lines.append(
      "station \(station.path): \(station.discipline) servers c\(station.servers)=\(numberText(model.cells[Int(station.servers)].initial))"
        + (station.rate >= 0 ? " rate c\(station.rate)=\(model.cells[Int(station.rate)].initial)" : "")
        + (station.service >= 0 ? " service law \(station.service)" : "") + (station.capacity == .max ? "" : " capacity \(station.capacity)"))
  }
  for pool in model.pools { lines.append("pool \(pool.path): \(pool.discipline) size c\(pool.size)=\(numberText(model.cells[Int(pool.size)].initial))") }
  for level in model.levels { lines.append("level \(level.path): \(numberText(level.initial)) of \(level.capacity)") }
  for account in model.accounts { lines.append("account \(account.path): \(account.initial) floor \(account.floor)") }
  for batch in model.batches { lines.append("batch \(batch.path): size \(batch.size) within \(batch.within) calendar \(batch.calendar)") }
  for (i, journey) in model.journeys.enumerated() { lines.append("journey \(i) \(journey.path): entry \(journey.entry) slots \(journey.frameSlots)") }
  for process in model.processes { lines.append("process \(model.journeys[Int(process.journey)].path)") }
  for (i, condition) in model.conditions.enumerated() { lines.append("condition \(i): entry \(condition.entry) result r\(condition.result)") }
  for (i, derived) in model.derived.enumerated() {
    lines.append("formula \(i): \(model.cells[Int(derived.cell)].path) entry \(derived.entry) result r\(derived.result)")
  }
  for invariant in model.invariants { lines.append("invariant \(invariant.name): entry \(invariant.entry) result r\(invariant.result)") }
  lines.append("code")
  for (pc, op) in model.code.enumerated() { lines.append("  \(pc)  \(text(op, model))") }
  return lines.joined(separator: "\n") + "\n"
}

private func text(_ law: Law, _ model: CompiledModel) -> String {
  var text = "\(law.kind) \([law.a, law.b, law.c, law.d].map { numberText($0) }.joined(separator: " "))"
  if law.table >= 0 {
    let table = model.lawTables[Int(law.table)]
    if !table.weights.isEmpty { text += " weights \(table.weights.map { numberText($0) }.joined(separator: " "))" }
    if !table.values.isEmpty { text += " values \(table.values.map { numberText($0) }.joined(separator: " "))" }
    if !table.laws.isEmpty { text += " laws \(table.laws.map { "\($0)" }.joined(separator: " "))" }
  }
  return text
}

private func text(_ op: Op, _ model: CompiledModel) -> String {
  let (a, b, c) = op.code.signature
  var parts = ["\(op.code)"]
  for (x, kind) in [(op.a, a), (op.b, b), (op.c, c)] where kind != .none { parts.append(text(x, kind, model)) }
  switch op.code {
  case .use: parts.append(site(model.uses[Int(op.a)], model))
  case .seize, .put, .take, .await: parts.append(site(model.requests[Int(op.a)], model))
  case .transfer, .reserve, .capture:
    let site = model.transfers[Int(op.a)]
    parts.append("(\(model.accounts[Int(site.from)].path) to \(site.to < 0 ? "-" : model.accounts[Int(site.to)].path) amount r\(site.amount) else \(site.otherwise))")
  case .race:
    parts.append("(" + model.races[Int(op.a)].arms.map { "\($0.head) => \($0.body)" }.joined(separator: ", ") + ")")
  case .spawn: parts.append("(\(model.journeys[Int(model.spawns[Int(op.b)].journey)].path))")
  case .draw, .drawDynamic, .drawWeighted:
    let site = model.drawSites[Int(op.c)]
    parts.append("(\(model.streams[Int(site.stream)])" + (site.counter >= 0 ? " counted in s\(site.counter))" : ")"))
  default: break
  }
  return parts.joined(separator: " ")
}

private func site(_ use: UseSite, _ model: CompiledModel) -> String {
  var text = "(\(model.stations[Int(use.station)].path)"
  if use.service >= 0 { text += " for r\(use.service)" }
  if use.draw >= 0, model.drawSites[Int(use.draw)].counter >= 0 { text += " counted in s\(model.drawSites[Int(use.draw)].counter)" }
  if use.priority >= 0 { text += " priority r\(use.priority)" }
  if use.patience >= 0 { text += " patience r\(use.patience)" }
  if use.otherwise >= 0 { text += " else \(use.otherwise)" }
  return text + ")"
}

private func site(_ request: RequestSite, _ model: CompiledModel) -> String {
  var text = "(\(request.thing)"
  if request.amount >= 0 { text += " amount r\(request.amount)" }
  if request.priority >= 0 { text += " priority r\(request.priority)" }
  if request.patience >= 0 { text += " patience r\(request.patience)" }
  if request.otherwise >= 0 { text += " else \(request.otherwise)" }
  return text + ")"
}

private func text(_ x: Int32, _ kind: OperandKind, _ model: CompiledModel) -> String {
  switch kind {
  case .read, .write:
    // Scratch registers begin at zero; a constant is shown by its value.
    model.registers[Int(x)] == 0 || kind == .write ? "r\(x)" : "r\(x)=\(numberText(model.registers[Int(x)]))"
  case .slot: "s\(x)"
  case .cell: model.cells[Int(x)].path
  case .tally: model.tallies[Int(x)].path
  case .target: "@\(x)"
  case .pool: model.pools[Int(x)].path
  case .account: model.accounts[Int(x)].path
  case .message: "\"\(model.messages[Int(x)])\""
  case .none, .column, .curve, .calendar, .window, .use, .request, .transfer, .join, .race, .spawn, .draw, .law, .journey, .station,
    .number:
    "\(x)"
  }
}
