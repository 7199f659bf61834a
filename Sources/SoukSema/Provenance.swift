// Where numbers come from. Each constant may cite the published figures that it rests on (`from "P-13"`, several as
// "P-13, P-14"); a let or a member rests on all that its expression cites or uses. A check that calls itself `predicted`
// must not compare with a figure that feeds a model's inputs, directly or through what is derived from it.

internal import SoukSyntax
internal import SoukText

enum ProvenanceOwner: Hashable {
  case global(GlobalID)
  case member(ScopeID, MemberID)
  /// Settings, fields of things and bodies of a model: what has no name of its own.
  case scope(ScopeID)
  case function(FunctionID)
}

struct Provenance {
  private struct Record {
    var figures: [String: Span] = [:]
    var uses: Set<ProvenanceOwner> = []
    var models: Set<ScopeID> = []
  }
  private var open: [Record] = []
  private var records: [ProvenanceOwner: Record] = [:]
  private var checks: [(tree: Check, record: Record)] = []
  /// Whether any number of the program says where it comes from.
  private(set) var isUsed = false

  mutating func begin() { open.append(Record()) }

  mutating func cite(_ ids: String, _ span: Span) {
    isUsed = true
    for id in ids.split(separator: ",") {
      let id = String(id.drop { $0 == " " })
      if !open.isEmpty { open[open.count - 1].figures[id] = span }
    }
  }

  mutating func use(_ owner: ProvenanceOwner) {
    if !open.isEmpty { open[open.count - 1].uses.insert(owner) }
  }

  /// A run of this model stands here: its inputs are what the model rests on.
  mutating func use(model: ScopeID) {
    if !open.isEmpty { open[open.count - 1].models.insert(model) }
  }

  /// Ends what belongs to nobody.
  mutating func discard() { _ = open.popLast() }

  mutating func end(_ owner: ProvenanceOwner) {
    guard let record = open.popLast() else { return }
    records[owner, default: Record()].figures.merge(record.figures) { a, _ in a }
    records[owner, default: Record()].uses.formUnion(record.uses)
    records[owner, default: Record()].models.formUnion(record.models)
  }

  /// Ids of the figures in a check's own claim.
  mutating func endCheck(_ tree: Check) -> [String] {
    guard let record = open.popLast() else { return [] }
    checks.append((tree, record))
    return figures(of: record, through: []).keys.sorted()
  }

  /// All figures that a record cites or reaches through names; those of a model's inputs only when asked for.
  private func figures(of record: Record, through seen: Set<ProvenanceOwner>, models: Bool = false) -> [String: Span] {
    var out = record.figures
    var seen = seen
    var waiting = Array(record.uses)
    if models { waiting += record.models.flatMap { inputs(of: $0) } }
    while let owner = waiting.popLast() {
      guard seen.insert(owner).inserted, let next = records[owner] else { continue }
      out.merge(next.figures) { a, _ in a }
      waiting += next.uses
      if models { waiting += next.models.flatMap { inputs(of: $0) } }
    }
    return out
  }

  private func inputs(of model: ScopeID) -> [ProvenanceOwner] {
    records.keys.filter {
      switch $0 {
      case .member(let scope, _), .scope(let scope): scope == model
      default: false
      }
    }
  }

  /// Checks that call themselves predictions, with the figure that feeds the model and where it goes in.
  func falsePredictions() -> [(check: Check, figure: String, input: Span)] {
    var out: [(Check, String, Span)] = []
    for (tree, record) in checks where tree.standing == .predicted {
      let own = figures(of: record, through: [])
      var reached = Record()
      reached.models = models(of: record)
      let inputs = figures(of: reached, through: [], models: true)
      for figure in own.keys.sorted() {
        if let place = inputs[figure] { out.append((tree, figure, place)) }
      }
    }
    return out
  }

  private func models(of record: Record) -> Set<ScopeID> {
    var out = record.models
    var seen: Set<ProvenanceOwner> = []
    var waiting = Array(record.uses)
    while let owner = waiting.popLast() {
      guard seen.insert(owner).inserted, let next = records[owner] else { continue }
      out.formUnion(next.models)
      waiting += next.uses
    }
    return out
  }
}

extension Checker {
  mutating func checkStandings() {
    for (check, figure, input) in provenance.falsePredictions() {
      report(.feedsInput(figure, check: check.name.span, input: input))
    }
  }
}
