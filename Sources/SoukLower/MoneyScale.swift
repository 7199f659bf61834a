// Money in a running model is counted in smallest units (fen, cents, yen), while scripts count in the unit table's base
// unit of each currency. A quantity's factor between the two follows from its dimension: CNY/payment counts once, /CNY
// inversely. Formulas that fit their units keep fitting when every number in them is scaled so (Kennedy's theorem), so
// it is enough to scale constants where they enter the model's code, and results where they leave it.

import SoukSema
import SoukUnits

/// Factors from script numbers to model numbers.
struct MoneyScale {
  let units: UnitTable
  init(_ units: UnitTable) { self.units = units }

  /// What a script's number of this dimension is multiplied by for the model.
  func factor(_ dimension: Dimension) -> Double {
    var factor = 1.0
    for part in dimension.factors {
      guard case .base(let base) = part.atom, base.kind == .currency else { continue }
      let one = units.unit(named: base.name)?.factor ?? 1
      let power = Double(part.exponent.numerator) / Double(part.exponent.denominator)
      let minor = Double(Currency.minorUnits(per: base)) / one
      if power == 1 {
        factor *= minor
      } else if power == -1 {
        factor /= minor
      } else {
        factor *= Arithmetic.apply(.power, minor, power) ?? 1
      }
    }
    return factor
  }

  /// The same for a type whose values are, or are made of, one quantity; 1 for all others.
  func factor(_ type: Type) -> Double {
    switch type {
    case .quantity(let dimension), .curve(let dimension), .range(let dimension), .thing(_, let dimension): factor(dimension)
    case .dist(let inner), .optional(let inner), .list(let inner), .sample(let inner), .signal(let inner), .estimate(let inner),
      .array(let inner, _): factor(inner)
    default: 1
    }
  }

  /// An amount rounded to whole smallest units, half to even.
  func rounded(_ x: Double, _ type: Type) -> Double {
    let k = factor(type)
    return (x * k).rounded(.toNearestOrEven) / k
  }
}
