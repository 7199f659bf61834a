// How often may a suite of checks be wrong? A yearly budget of false alarms → the error of one check, by the union bound.
import SoukNumerics

/// The arithmetic between the error of one check and the false alarms of a year.
public enum FlakeBudget {
  /// The α per check that keeps the expected false alarms a year within `budget`.
  public static func alpha(falseAlarmsPerYear budget: Double, checks: Int, runsPerYear: Double) -> Double {
    budget / (Double(checks) * runsPerYear)
  }

  /// The expected false alarms a year.
  public static func falseAlarmsPerYear(alpha: Double, checks: Int, runsPerYear: Double) -> Double {
    alpha * Double(checks) * runsPerYear
  }

  /// The chance that at least one of `checks` independent checks is wrong in one run: 1 - (1 - α)^m.
  public static func chanceOfAny(alpha: Double, checks: Int) -> Double {
    -Elementary.expm1(Double(checks) * Elementary.log1p(-alpha))
  }

  /// The normal quantile that leaves α outside on both sides together.
  public static func twoSidedQuantile(alpha: Double) -> Double { -NormalLaw.quantile(alpha / 2) }
}
