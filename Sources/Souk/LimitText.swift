// Limits as the command line writes them: `60 s`, `2GB`, `500M`. Read with the language's own units.

public import SoukUnits

/// Reads what `--max-time`, `--max-memory` and `--max-steps` are given.
public enum LimitText {
  /// Seconds, from `60 s`, `5 min`; a number alone counts seconds.
  public static func seconds(_ text: String) throws(UnitProblem) -> Double {
    try amount(text, of: .time, example: "60 s")
  }

  /// Bytes, from `2GB`, `512 MiB`; a number alone counts bytes.
  public static func bytes(_ text: String) throws(UnitProblem) -> UInt64 {
    let bytes = try amount(text, of: Dimension(.data), example: "2GB")
    return bytes < 0x1p63 ? UInt64(bytes) : UInt64(Int64.max)
  }

  /// A number of steps, from `500M`, `2_000_000`.
  public static func steps(_ text: String) throws(UnitProblem) -> UInt64 {
    let steps = try amount(text, of: .dimensionless, example: "500M")
    return steps < 0x1p63 ? UInt64(steps) : UInt64(Int64.max)
  }

  private static func amount(_ text: String, of dimension: Dimension, example: String) throws(UnitProblem) -> Double {
    let quantity = try UnitTable().parseQuantity(text).get()
    guard quantity.unit.isEmpty || quantity.dimension == dimension else {
      throw UnitProblem(.malformed, name: text, message: "`\(text)` is not \(dimension.isDimensionless ? "a plain number" : dimension.kindWords)", advice: "write it as in `\(example)`")
    }
    guard quantity.value > 0 else {
      throw UnitProblem(.notPositive, name: text, message: "a limit must be more than 0", advice: "write it as in `\(example)`")
    }
    return quantity.value
  }
}
