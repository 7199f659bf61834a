// Observations that are stretches of the clock, or other whole numbers → count, sum, sum of squares, extremes, all exact whole
// numbers: the order in which they are told doesn't matter, and nothing is divided until somebody asks. In doubles, with
// Welford's recurrence, an observation waited for the division of the one before.

/// Exact sums of ticks, none of them negative.
struct TickSums: BitwiseCopyable {
  var count: Int64 = 0
  var sum: UInt128 = 0
  /// The sum of squares: its lower 128 bits, and what went over.
  var squares: UInt128 = 0
  var squaresAbove: UInt64 = 0
  var minimum: Int64 = .max
  var maximum: Int64 = .min

  @inline(__always)
  mutating func add(_ ticks: Int64) {
    minimum = min(minimum, ticks)
    maximum = max(maximum, ticks)
    let stretch = UInt64(bitPattern: ticks)
    count &+= 1
    sum &+= UInt128(stretch)
    let square = stretch.multipliedFullWidth(by: stretch)
    let (more, isOver) = squares.addingReportingOverflow(UInt128(_low: square.low, _high: square.high))
    squares = more
    if isOver { squaresAbove &+= 1 }
  }

  /// The same so many times.
  mutating func add(_ ticks: Int64, count n: Int) {
    if n == 0 { return }
    let stretch = UInt128(UInt64(bitPattern: ticks))
    let (square, isOver) = (stretch * stretch).multipliedReportingOverflow(by: UInt128(n))
    precondition(!isOver, "\(n) times \(ticks) squared")
    add(TickSums(count: Int64(n), sum: stretch * UInt128(n), squares: square, squaresAbove: 0, minimum: ticks, maximum: ticks))
  }

  mutating func add(_ other: TickSums) {
    count &+= other.count
    sum &+= other.sum
    let (more, isOver) = squares.addingReportingOverflow(other.squares)
    squares = more
    squaresAbove &+= other.squaresAbove &+ (isOver ? 1 : 0)
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
  }

  /// Takes an observation out of the sums; the extremes stay.
  mutating func withdraw(_ ticks: Int64) {
    let stretch = UInt64(bitPattern: ticks)
    count &-= 1
    sum &-= UInt128(stretch)
    let square = UInt128(stretch) * UInt128(stretch)
    if square > squares { squaresAbove &-= 1 }
    squares &-= square
  }

  /// The mean in ticks; 0 of none.
  var mean: Double { count > 0 ? Double(sum) / Double(count) : 0 }

  /// The sum of squared distances from the mean: (n Σx² − (Σx)²) / n, the numerator exact in 256 bits.
  var squaredDistances: Double {
    if count < 2 { return 0 }
    let n = UInt128(count)
    let scaled = squares.multipliedFullWidth(by: n)
    let square = sum.multipliedFullWidth(by: sum)
    let (low, borrows) = scaled.low.subtractingReportingOverflow(square.low)
    let high = scaled.high &+ UInt128(squaresAbove) &* n &- square.high &- (borrows ? 1 : 0)
    return (Double(high) * 0x1p128 + Double(low)) / Double(count)
  }
}
