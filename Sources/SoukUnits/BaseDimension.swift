// The independent directions of the dimension algebra: physical ones, nominal counts, currencies.
// Two counts never mix, and neither do two currencies; that is what keeps payments from being compared with orders.

/// A dimension that no other dimensions make up, known by its name and kind.
public struct BaseDimension: Hashable, Sendable {
  /// What sort of thing a base dimension measures; the order is the one in which a unit text lists them.
  public enum Kind: UInt8, Hashable, Sendable, Comparable {
    /// Money of one currency, such as CNY.
    case currency
    /// Things counted under a name a script declared, such as order or payment.
    case count
    /// Time, data, length, mass, energy.
    case physical

    public static func < (a: Kind, b: Kind) -> Bool { a.rawValue < b.rawValue }
  }

  /// `Time`, `order` or `CNY`.
  public let name: String
  public let kind: Kind

  public init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }

  public static let time = BaseDimension(name: "Time", kind: .physical)
  public static let data = BaseDimension(name: "Data", kind: .physical)
  public static let length = BaseDimension(name: "Length", kind: .physical)
  public static let mass = BaseDimension(name: "Mass", kind: .physical)
  public static let energy = BaseDimension(name: "Energy", kind: .physical)

  /// The physical dimensions there are; each has a name that may be written as a type.
  public static let physical: [BaseDimension] = [time, data, length, mass, energy]

  /// The nominal count `name`.
  public static func count(_ name: String) -> BaseDimension { BaseDimension(name: name, kind: .count) }

  /// The currency of ISO 4217 code `code`.
  public static func currency(_ code: String) -> BaseDimension { BaseDimension(name: code, kind: .currency) }

  /// The unit in which it is told: `s`, `byte`, `meter`, `kg`, `kWh`; a count's or currency's own name.
  public var baseUnitName: String {
    guard kind == .physical else { return name }
    switch name {
    case "Time": return "s"
    case "Data": return "byte"
    case "Length": return "meter"
    case "Mass": return "kg"
    case "Energy": return "kWh"
    default: return name
    }
  }

  /// How many base units that unit is: 100 for CNY, whose base unit is the fen; 1 for all that isn't money.
  public var baseUnitFactor: Double { kind == .currency ? Double(Currency.minorUnits(per: self)) : 1 }
}

extension BaseDimension: Comparable {
  /// The canonical order of a unit text: currencies, counts, physical dimensions (time last), each by name.
  public static func < (a: BaseDimension, b: BaseDimension) -> Bool {
    a.kind != b.kind ? a.kind < b.kind : a.name < b.name
  }
}
