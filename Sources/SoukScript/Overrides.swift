// `--set surge=2`, `--set SinglesDay.identity_match=50%`: parameters given from outside, read as the language reads
// literals and held against the parameter's type.

public import SoukSema
import SoukLower
import SoukUnits

/// Why a value from outside can't be a parameter's.
public struct OverrideProblem: Error, Sendable, CustomStringConvertible {
  /// One sentence without the full stop.
  public var description: String
}

extension TypedProgram {
  /// Reads a value given for a parameter of one model or of all that have it.
  public func parseOverride(_ path: String, _ text: String) -> Result<ParameterOverride, OverrideProblem> {
    let parts = path.split(separator: ".").map(String.init)
    let wanted = parts.last ?? ""
    var places: [(model: ScopeID, member: MemberID)] = []
    var known: [String] = []
    for (index, scope) in scopes.enumerated() where !scope.isComponent {
      if parts.count == 2, scope.name != parts[0] { continue }
      for (member, entry) in scope.members.enumerated() {
        guard case .parameter = entry.kind else { continue }
        known.append("\(scope.name).\(entry.name)")
        if entry.name == wanted { places.append((ScopeID(index), MemberID(member))) }
      }
    }
    guard parts.count <= 2, let first = places.first else {
      let offer = known.isEmpty ? "the script's models have no parameters" : "there are \(known.sorted().joined(separator: ", "))"
      return .failure(OverrideProblem(description: "no model has a parameter `\(path)`; \(offer)"))
    }
    let type = scopes[first.model.index].members[first.member.index].type
    if let other = places.first(where: { scopes[$0.model.index].members[$0.member.index].type != type }) {
      return .failure(
        OverrideProblem(description: "`\(path)` differs in type between \(scopes[first.model.index].name) and \(scopes[other.model.index].name); write one of them before it"))
    }
    return read(text, type).map { ParameterOverride(path: path, text: text, places: places, value: $0) }
      .mapError { OverrideProblem(description: "`\(path)`: \($0.description)") }
  }

  private func read(_ text: String, _ type: Type) -> Result<Value, OverrideProblem> {
    func problem(_ message: String) -> Result<Value, OverrideProblem> { .failure(OverrideProblem(description: message)) }
    switch type {
    case .quantity(let dimension):
      let isNegative = text.hasPrefix("-")
      switch units.parseQuantity(isNegative ? String(text.dropFirst()) : text) {
      case .success(let quantity):
        guard quantity.dimension == dimension || (quantity.value == 0 && quantity.dimension.isDimensionless) else {
          return problem("`\(text)` is \(quantity.dimension.kindWords), and \(dimension.kindWords) is needed")
        }
        return .success(.number(isNegative ? -quantity.value : quantity.value))
      case .failure(let error): return problem(error.message)
      }
    case .bool:
      guard text == "true" || text == "false" else { return problem("`\(text)` is neither true nor false") }
      return .success(.bool(text == "true"))
    case .text: return .success(.text(text))
    case .date:
      switch Instant.parse(text) {
      case .success(let instant): return .success(.date(instant.nanoseconds, zone: instant.zoneMinutes))
      case .failure(let error): return problem(error.message)
      }
    case .clock:
      switch TimeOfDay.parse(text) {
      case .success(let time): return .success(.clock(Double(time.seconds)))
      case .failure(let error): return problem(error.message)
      }
    case .choice(let id):
      guard let index = choices[id.index].cases.firstIndex(of: text) else {
        return problem("`\(text)` isn't one of \(choices[id.index].cases.joined(separator: ", "))")
      }
      return .success(.choice(id, index))
    case .optional(let inner): return read(text, inner)
    default: return problem("a parameter of this type can't be given from outside")
    }
  }
}
