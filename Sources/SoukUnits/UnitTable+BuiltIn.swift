// The units every script has. Time is the Gregorian mean: year = 365.2425 day, month a twelfth of it. Data units are
// decimal (kB = 1000 byte) with the binary ones beside them. `m`, `d` and `B` are missing on purpose: `5m`, `5d` and
// `5B` read as several things, so they are mistakes that offer what was meant.

extension UnitTable {
  /// Names that mean the same unit, the canonical one first, with the factor to base units.
  private static let physical: [(dimension: BaseDimension, units: [(names: String, factor: Double)])] = [
    (
      .time,
      [
        ("ns nanosecond nanoseconds", 1e-9), ("us µs μs microsecond microseconds", 1e-6),
        ("ms millisecond milliseconds", 1e-3), ("s second seconds", 1), ("min minute minutes", 60),
        ("h hour hours", 3600), ("day days", 86_400), ("week weeks", 604_800),
        ("month months", 31_556_952.0 / 12), ("year years", 31_556_952),
      ]
    ),
    (
      .data,
      [
        ("byte bytes", 1), ("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("PB", 1e15), ("KiB", 1024),
        ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("TiB", 1_099_511_627_776), ("bit bits", 0.125), ("kbit", 125),
        ("Mbit", 125e3), ("Gbit", 125e6), ("Tbit", 125e9),
      ]
    ),
    (
      .length,
      [
        ("mm millimeter millimeters", 1e-3), ("cm centimeter centimeters", 1e-2), ("meter meters metre metres", 1),
        ("km kilometer kilometers kilometre kilometres", 1e3), ("mile miles", 1609.344),
      ]
    ),
    (.mass, [("gram grams", 1e-3), ("kg kilogram kilograms", 1), ("tonne tonnes", 1e3)]),
    (.energy, [("Wh", 1e-3), ("kWh", 1), ("MWh", 1e3), ("GWh", 1e6), ("TWh", 1e9)]),
  ]

  private static let shares: [(names: String, factor: Double)] = [
    ("% percent", 0.01), ("permille", 0.001), ("bp", 0.0001),
  ]

  /// Every built-in name and alias.
  static let builtIn: [String: Unit] = {
    var units: [String: Unit] = [:]
    func add(_ names: String, _ dimension: Dimension, _ factor: Double) {
      let names = names.split(separator: " ").map(String.init)
      guard let canonical = names.first else { return }
      let unit = Unit(name: canonical, dimension: dimension, factor: factor)
      for name in names { units[name] = unit }
    }
    for (base, list) in physical {
      for entry in list { add(entry.names, Dimension(base), entry.factor) }
    }
    let power = Dimension(.energy) / .time
    for (name, kilowatts) in [("kW", 1.0), ("MW", 1e3), ("GW", 1e6)] { add(name, power, kilowatts / 3600) }
    for entry in shares { add(entry.names, .dimensionless, entry.factor) }
    // Money's base unit is the currency's smallest unit: what is held is whole, so sums and comparisons are exact.
    for code in Currency.minorDigits.keys { add(code, .currency(code), Double(Currency.minorUnits(per: .currency(code)))) }
    return units
  }()
}
