// A running sum in two doubles (Neumaier 1974; products split as in Dekker 1971): about 106 bits, a few flops an addition.
// Not associative to the last bit; `ExactSum` is.

/// A sum of doubles whose rounding errors are carried along.
@frozen
public struct CompensatedSum: Sendable, Equatable {
  @usableFromInline var parts: DoubleDouble

  /// The empty sum, 0.
  @inlinable
  public init() { parts = DoubleDouble(0) }

  /// Adds a value.
  @inlinable @inline(__always)
  public mutating func add(_ value: Double) {
    let sum = DoubleDouble.sum(parts.high, value)
    parts = DoubleDouble.ordered(sum.high, sum.low + parts.low)
  }

  /// Adds a · b with the product's rounding error included.
  @inlinable @inline(__always)
  public mutating func addProduct(_ a: Double, _ b: Double) {
    let product = DoubleDouble.product(a, b)
    let sum = DoubleDouble.sum(parts.high, product.high)
    parts = DoubleDouble.ordered(sum.high, sum.low + (parts.low + product.low))
  }

  /// Adds another sum.
  @inlinable
  public mutating func merge(_ other: CompensatedSum) { parts = parts + other.parts }

  /// The sum, rounded once.
  @inlinable @inline(__always)
  public var value: Double { parts.high + parts.low }
}
