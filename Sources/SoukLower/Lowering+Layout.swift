// Where everything of the elaborated model is found in the compiled one, once all code is written: `Layout`.

import SoukModel
import SoukSema
import SoukUnits

extension Lowering {
  func layout(of i: Int) -> InstanceLayout {
    let instance = instances[i]
    let scope = program.scopes[instance.scope.index]
    var layouts: [Layout?] = []
    for m in scope.members.indices { layouts.append(layout(MemberKey(instance: i, member: MemberID(m)))) }
    return InstanceLayout(scope: instance.scope, path: instance.name, members: layouts)
  }

  private func layout(_ key: MemberKey) -> Layout? {
    switch members[key] {
    case .constant(let value): return .constant(value)
    case .live:
      guard let cell = formulaCells[key] else { return nil }
      let member = program.scopes[instances[key.instance].scope.index].members[key.member.index]
      var dimension: Dimension?
      if case .quantity(let d) = member.type { dimension = d.substituting(instances[key.instance].units) }
      var isShare = false
      if case .value(let value, _) = member.kind { isShare = value.shown?.text == "%" }
      return .formula(
        FormulaLayout(path: Self.joined(instances[key.instance].name, member.name), probe: .cell(Int(cell)), dimension: dimension, isShare: isShare))
    case .thing(let i): return things[i].thing.isVariable ? nil : .thing(thingLayout(i))
    case .instance(let i): return .instance(layout(of: i))
    case .things(let table, let rows, let all): return .array(table, rows: rows, all.map { .thing(thingLayout($0)) })
    case .instances(let table, let rows, let all): return .array(table, rows: rows, all.map { .instance(layout(of: $0)) })
    case .journey:
      guard let index = journeyIndex[JourneyKey(key)] else { return nil }
      let journey = model.journeys[Int(index)]
      let outcomes: [String] =
        if case .journey(let typed) = program.scopes[instances[key.instance].scope.index].members[key.member.index].kind { typed.outcomes } else { [] }
      return .journey(
        JourneyLayout(
          path: journey.path, isSingle: !startedJourneys.contains(index),
          probes: [
            .started: .cell(Int(journey.started)), .finished: .cell(Int(journey.finished)), .active: .cell(Int(journey.active)),
            .time: .tally(Int(journey.time)), .outcome: .tally(Int(journey.outcome)),
          ], outcomes: outcomes, outcomeCells: journey.outcomeCells.map { Int($0) }))
    case .action, nil: return nil
    }
  }

  /// What a thing counts, holds or measures, with the unit variables of its component as they are in this instance.
  func dimension(of i: Int) -> Dimension {
    let around = things[i].env.instance.flatMap { instanceIndex[$0] }.map { instances[$0].units } ?? [:]
    return things[i].thing.dimension.substituting(around)
  }

  private func thingLayout(_ i: Int) -> ThingLayout {
    var layout = ThingLayout(
      kind: things[i].kind, path: things[i].name, dimension: dimension(of: i), probes: probes[i], capacity: capacities[i])
    layout.factors = factors[i].filter { $0.value != 1 }
    layout.isSingle = doings.areSingle(i, started: startedJourneys)
    return layout
  }
}
