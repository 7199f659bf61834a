// Whether a running simulation of one model can go on as another: what is under way is in places of the code, in slots of frames
// and in indices of things, so these have to be where they were, while constants, laws, curves and capacities may differ. Ops are
// compared by what they do and where they go on; registers are numbered anew with each set of constants and live within a step.

/// How two compiled models are related.
public enum ModelRelation: Sendable, Equatable {
  /// What runs of the one can't go on in the other: by what they differ.
  case differentShape(String)
  /// They differ only in how things begin.
  case differentBeginning
  /// They differ in what is evaluated while they run.
  case differentConstants
  case same
}

extension CompiledModel {
  /// How another model is related to this one. O(size).
  public func relation(to other: CompiledModel) -> ModelRelation {
    if let difference = difference(to: other) { return .differentShape(difference) }
    if !constants.elementsEqual(other.constants, by: ==) { return .differentConstants }
    return beginnings.elementsEqual(other.beginnings, by: ==) ? .same : .differentBeginning
  }

  /// By what the shape of another model differs; nil if it doesn't.
  private func difference(to other: CompiledModel) -> String? {
    let parts: [(String, Bool)] = [
      ("its scale", weight == other.weight),
      (
        "which things it has",
        cells.map(\.path) == other.cells.map(\.path) && tallies.map(\.path) == other.tallies.map(\.path)
          && stations.map(\.path) == other.stations.map(\.path) && pools.map(\.path) == other.pools.map(\.path)
          && levels.map(\.path) == other.levels.map(\.path) && accounts.map(\.path) == other.accounts.map(\.path)
          && batches.map(\.path) == other.batches.map(\.path)
      ),
      ("what is drawn where", streams == other.streams && origins == other.origins && drawSites.elementsEqual(other.drawSites, by: ==)),
      ("its journeys", journeys.elementsEqual(other.journeys) { $0.path == $1.path && $0.entry == $1.entry && $0.frameSlots == $1.frameSlots }),
      ("what its journeys do", code.count == other.code.count && zip(code, other.code).allSatisfy { $0.isAlike($1) } && sitesAreAlike(other)),
      (
        "who watches what",
        cells.elementsEqual(other.cells) { $0.watchers == $1.watchers && $0.recording == $1.recording }
          && tallies.map(\.recording) == other.tallies.map(\.recording)
      ),
      ("its stations", stations.elementsEqual(other.stations) { $0.isAlike($1) }),
      ("its pools", pools.elementsEqual(other.pools) { $0.size == $1.size && $0.discipline == $1.discipline }),
      ("its batches", batches.elementsEqual(other.batches) { $0.calendar == $1.calendar }),
      ("its timetables", calendars == other.calendars),
      ("its sources", sources.elementsEqual(other.sources) { source($0, isAlike: $1, in: other) }),
      ("its windows", windows.elementsEqual(other.windows) { "\($0)" == "\($1)" }),
      ("its formulas", derived.elementsEqual(other.derived) { $0.cell == $1.cell && $0.entry == $1.entry }),
      (
        "what it waits for",
        conditions.elementsEqual(other.conditions) { $0.entry == $1.entry && $0.handleSlots == $1.handleSlots && $0.readsFrame == $1.readsFrame }
          && invariants.elementsEqual(other.invariants) { $0.name == $1.name && $0.entry == $1.entry }
      ),
    ]
    return parts.first { !$0.1 }?.0
  }

  private func sitesAreAlike(_ other: CompiledModel) -> Bool {
    uses.elementsEqual(other.uses) {
      $0.station == $1.station && $0.otherwise == $1.otherwise && $0.draw == $1.draw && ($0.patience < 0) == ($1.patience < 0) && ($0.service < 0) == ($1.service < 0)
    } && requests.elementsEqual(other.requests) {
      $0.thing == $1.thing && $0.otherwise == $1.otherwise && ($0.patience < 0) == ($1.patience < 0)
    }
      && transfers.elementsEqual(other.transfers) { $0.from == $1.from && $0.to == $1.to && $0.otherwise == $1.otherwise && $0.reservation == $1.reservation }
      && joins.elementsEqual(other.joins) { $0.batch == $1.batch && $0.body == $1.body && $0.after == $1.after && $0.otherwise == $1.otherwise && ($0.patience < 0) == ($1.patience < 0) }
      && races.elementsEqual(other.races) { $0.arms.elementsEqual($1.arms) { $0.head == $1.head && $0.body == $1.body } }
      && spawns.elementsEqual(other.spawns) { $0.journey == $1.journey && $0.origin == $1.origin && $0.keepsHandle == $1.keepsHandle && $0.arguments.count == $1.arguments.count }
  }

  /// Where what comes was fixed at the beginning, it has to be the same.
  private func source(_ a: Source, isAlike b: Source, in other: CompiledModel) -> Bool {
    guard a.path == b.path, a.journey == b.journey, a.entry == b.entry, a.origin == b.origin, (a.batchLaw < 0) == (b.batchLaw < 0) else { return false }
    switch (a.pattern, b.pattern) {
    case (.interarrival, .interarrival), (.poisson, .poisson), (.curve, .curve): return true
    case (.live(let cell, let curve), .live(let otherCell, let otherCurve)): return cell == otherCell && (curve < 0) == (otherCurve < 0)
    case (.released(let count, let times), .released(let otherCount, let otherTimes)):
      return count == otherCount && words(of: times) == other.words(of: otherTimes)
    case (.instants(let instants), .instants(let others)): return instants == others
    case (.calendar(let calendar), .calendar(let otherCalendar)): return calendar == otherCalendar
    default: return false
    }
  }

  /// A law with all that it refers to.
  private func words(of law: Int32) -> [String] {
    guard laws.indices.contains(Int(law)) else { return [] }
    let law = laws[Int(law)]
    var words = ["\(law.kind) \(law.a) \(law.b) \(law.c) \(law.d)"]
    guard lawTables.indices.contains(Int(law.table)) else { return words }
    let table = lawTables[Int(law.table)]
    words.append("\(table.weights) \(table.values)")
    for inner in table.laws { words += self.words(of: inner) }
    return words
  }

  /// What is evaluated while the model runs, in an order that depends on its shape alone.
  private var constants: [String] {
    var words: [String] = []
    for op in code {
      let (a, b, c) = op.code.signature
      for (operand, kind) in [(op.a, a), (op.b, b), (op.c, c)] {
        switch kind {
        case .read: words.append("\(registers[Int(operand)])")
        case .law: words += self.words(of: operand)
        case .curve: words.append("\(curves[Int(operand)])")
        case .column: words.append("\(columns[Int(operand)])")
        default: break
        }
      }
    }
    func constant(_ register: Int32) -> String { register < 0 ? "-" : "\(registers[Int(register)])" }
    for use in uses { words += [use.service, use.priority, use.patience].map(constant) }
    for request in requests { words += [request.amount, request.priority, request.patience].map(constant) }
    for transfer in transfers { words.append(constant(transfer.amount)) }
    for spawn in spawns { words += spawn.arguments.map(constant) }
    for station in stations {
      words += [station.service, station.uptime, station.repair].flatMap { self.words(of: $0) } + ["\(station.capacity)"]
      words += [station.servers, station.rate].map { $0 < 0 ? "" : beginning(of: $0, named: station.path) }
    }
    for pool in pools { words.append(beginning(of: pool.size, named: pool.path)) }
    for level in levels { words.append("\(level.capacity)") }
    for account in accounts { words.append("\(account.floor)") }
    for batch in batches { words.append("\(batch.size) \(batch.within)") }
    for source in sources {
      words += self.words(of: source.batchLaw) + ["\(source.limit)"]
      switch source.pattern {
      case .interarrival(let law): words += self.words(of: law)
      case .poisson(let rate): words.append("\(rate)")
      case .curve(let curve, let factor): words.append("\(curves[Int(curve)]) \(factor)")
      case .live(let cell, let curve): words.append(beginning(of: cell, named: source.path) + (curve < 0 ? "" : "\(curves[Int(curve)])"))
      default: break
      }
    }
    return words
  }

  /// The value of a capacity's own cell, which is a constant; of a gauge it is only where that begins.
  private func beginning(of cell: Int32, named path: String) -> String { isOwn(cell, of: path) ? "\(cells[Int(cell)].initial)" : "" }

  /// Whether a cell is a capacity or rate of the thing with this path and no gauge of the script's.
  public func isOwn(_ cell: Int32, of path: String) -> Bool {
    guard cells.indices.contains(Int(cell)) else { return false }
    return ["servers", "rate", "size"].contains { cells[Int(cell)].path == "\(path).\($0)" }
  }

  private var beginnings: [String] {
    cells.map { "\($0.initial)" } + levels.map { "\($0.initial)" } + accounts.map { "\($0.initial)" }
  }
}

extension Op {
  /// Whether another op does the same with the same things, whatever registers and constants it reads.
  fileprivate func isAlike(_ other: Op) -> Bool {
    guard code == other.code else { return false }
    switch code {
    // Their numbers are, or hold, registers.
    case .drawDynamic: return c == other.c
    case .call: return a == other.a && c == other.c
    case .end: return a == other.a && (b < 0) == (other.b < 0)
    default: break
    }
    let (kindA, kindB, kindC) = code.signature
    return [(a, other.a, kindA), (b, other.b, kindB), (c, other.c, kindC)].allSatisfy { own, others, kind in
      switch kind {
      case .read, .write, .law, .curve, .column, .message: true
      default: own == others
      }
    }
  }
}

extension DrawSite {
  fileprivate static func == (a: DrawSite, b: DrawSite) -> Bool { a.stream == b.stream && a.index == b.index && a.counter == b.counter }
}

extension Station {
  fileprivate func isAlike(_ other: Station) -> Bool {
    discipline == other.discipline && servers == other.servers && rate == other.rate && (service < 0) == (other.service < 0)
      && (uptime < 0) == (other.uptime < 0)
  }
}
