// The elementary functions against 400-bit references and against the platform's libm, in units in the last place.
import Glibc
import SoukNumerics
import Testing

/// The largest distance from the references in ulps of the reference, and where it was.
func worstError(_ table: String, _ evaluate: (Double, Double) -> Double) -> (ulps: Double, at: Double, points: Int) {
  var worst = (ulps: 0.0, at: 0.0, points: 0)
  for line in table.split(separator: "\n") {
    let fields = line.split(separator: " ")
    let numbers = fields.dropLast().compactMap { UInt64($0, radix: 16) }.map { Double(bitPattern: $0) }
    guard let residual = fields.last.flatMap({ Double($0) }), numbers.count == fields.count - 1, numbers.count >= 2 else {
      Issue.record("unreadable reference: \(line)")
      continue
    }
    let expected = numbers[numbers.count - 1]
    let actual = evaluate(numbers[0], numbers.count == 3 ? numbers[1] : 0)
    let distance = abs((actual - expected) / expected.ulp - residual)
    let ulps = distance.isNaN ? .infinity : distance
    worst.points += 1
    if !(ulps <= worst.ulps) { worst = (ulps, numbers[0], worst.points) }
  }
  return worst
}

/// The largest distance between two functions over random points, in ulps of the second.
func worstDifference(
  _ count: Int, _ draw: (Double) -> Double, _ ours: (Double) -> Double, _ theirs: (Double) -> Double
) -> Double {
  var worst = 0.0
  let key = StreamKey(seed: 1, path: "elementary")
  for ordinal in 0..<UInt32(count) {
    let word = Philox4x32.philox4x32(key: key, attempt: 0, index: 0, ordinal: ordinal, replication: 0).0
    let x = draw(Philox4x32.uniform(word))
    let expected = theirs(x)
    let distance = ours(x) == expected ? 0 : abs(ours(x) - expected) / expected.ulp
    let difference = distance.isNaN ? .infinity : distance
    if !(difference <= worst) { worst = difference }
  }
  return worst
}

@Suite struct ElementaryReferences {
  @Test(arguments: [
    ("exp", 0.6), ("expm1", 0.8), ("log", 0.9), ("log1p", 1.2), ("pow", 0.7), ("sin", 0.9), ("cos", 0.9), ("tan", 2.0),
    ("atan", 1.0), ("sinPi", 1.0),
  ])
  func staysWithinUlps(name: String, limit: Double) {
    let (table, function): (String, (Double, Double) -> Double) =
      switch name {
      case "exp": (ExponentialReference.exp, { x, _ in Elementary.exp(x) })
      case "expm1": (ExponentialReference.expm1, { x, _ in Elementary.expm1(x) })
      case "log": (ExponentialReference.log, { x, _ in Elementary.log(x) })
      case "log1p": (ExponentialReference.log1p, { x, _ in Elementary.log1p(x) })
      case "pow": (ExponentialReference.pow, Elementary.pow)
      case "sin": (TrigonometricReference.sin, { x, _ in Elementary.sin(x) })
      case "cos": (TrigonometricReference.cos, { x, _ in Elementary.cos(x) })
      case "tan": (TrigonometricReference.tan, { x, _ in Elementary.tan(x) })
      case "atan": (TrigonometricReference.atan, { x, _ in Elementary.atan(x) })
      default: (TrigonometricReference.sinPi, { x, _ in Elementary.sinPi(x) })
      }
    let worst = worstError(table, function)
    #expect(worst.points >= 290)
    #expect(worst.ulps <= limit, "\(name) at \(worst.at)")
  }
}

@Suite struct ElementaryAgainstPlatform {
  @Test func exponentialsAgree() {
    #expect(worstDifference(200_000, { $0 * 1400 - 700 }, Elementary.exp, Glibc.exp) <= 1)
    #expect(worstDifference(200_000, { $0 * 2 - 1 }, Elementary.expm1, Glibc.expm1) <= 2)
    #expect(worstDifference(200_000, { 1 / $0 - 1 }, Elementary.log1p, Glibc.log1p) <= 2)
    #expect(worstDifference(200_000, { $0 * 4 }, Elementary.log, Glibc.log) <= 1)
    #expect(worstDifference(200_000, { $0 }, Elementary.log, Glibc.log) <= 1)
  }

  @Test func trigonometricFunctionsAgree() {
    #expect(worstDifference(200_000, { $0 * 2e6 - 1e6 }, Elementary.sin, Glibc.sin) <= 1)
    #expect(worstDifference(200_000, { $0 * 2e6 - 1e6 }, Elementary.cos, Glibc.cos) <= 1)
    #expect(worstDifference(50_000, { Glibc.exp($0 * 700) }, Elementary.sin, Glibc.sin) <= 1)
    #expect(worstDifference(50_000, { Glibc.exp($0 * 700) }, Elementary.cos, Glibc.cos) <= 1)
    #expect(worstDifference(200_000, { 1 / $0 - 2 }, Elementary.atan, Glibc.atan) <= 2)
    #expect(worstDifference(200_000, { $0 * 20 - 10 }, Elementary.tan, Glibc.tan) <= 3)
  }

  @Test func powersAgree() {
    for exponent in [0.1, 1.0 / 3, 0.75, 1.5, 3, 7.7, -2.2, 60] {
      let worst = worstDifference(20_000, { $0 * 100 }, { Elementary.pow($0, exponent) }, { Glibc.pow($0, exponent) })
      #expect(worst <= 1, "exponent \(exponent)")
    }
  }
}

@Suite struct ElementarySpecialCases {
  @Test func exponentialLimits() {
    #expect(Elementary.exp(0) == 1)
    #expect(Elementary.exp(-.infinity) == 0)
    #expect(Elementary.exp(.infinity) == .infinity)
    #expect(Elementary.exp(.nan).isNaN)
    #expect(Elementary.exp(709.79) == .infinity)
    #expect(Elementary.exp(-745.2) == 0)
    #expect(Elementary.exp(-745.1) == 0x1p-1074)
    #expect(Elementary.expm1(-100) == -1)
    #expect(Elementary.expm1(.infinity) == .infinity)
    #expect(Elementary.expm1(-.infinity) == -1)
    #expect(Elementary.expm1(-0.0).sign == .minus)
    #expect(Elementary.log(0) == -.infinity)
    #expect(Elementary.log(-1).isNaN)
    #expect(Elementary.log(1) == 0)
    #expect(Elementary.log(.infinity) == .infinity)
    #expect(Elementary.log1p(-1) == -.infinity)
    #expect(Elementary.log1p(-2).isNaN)
    #expect(Elementary.log1p(.infinity) == .infinity)
    #expect(Elementary.sin(.infinity).isNaN)
    #expect(Elementary.cos(0) == 1)
    #expect(Elementary.sin(-0.0).sign == .minus)
    #expect(Elementary.atan(.infinity) == .pi / 2)
    #expect(Elementary.sinPi(1e15 + 1) == 0)
    #expect(Elementary.sinPi(2.5) == 1)
    #expect(Elementary.sinPi(-1.5) == 1)
  }

  @Test func powerFollowsThePlatformAtEverySpecialPair() {
    let values: [Double] = [
      0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 4, 1e300, -1e300, 0x1p-1074, -0x1p-1074, .infinity, -.infinity, .nan, 1 + 0x1p-52,
      9_007_199_254_740_994, -9_007_199_254_740_991, 1e-200, 2.5,
    ]
    for x in values {
      for y in values {
        let ours = Elementary.pow(x, y)
        let theirs = Glibc.pow(x, y)
        let same = ours.isNaN && theirs.isNaN || (ours == theirs && ours.sign == theirs.sign) || abs(ours - theirs) <= theirs.ulp
        #expect(same, "pow(\(x), \(y)) = \(ours), the platform has \(theirs)")
      }
    }
  }

  @Test func integerPowersAreExact() {
    for base in 2...40 {
      var exact: UInt64 = UInt64(base)
      var exponent = 1.0
      while true {
        #expect(Elementary.pow(Double(base), exponent) == Double(exact))
        let (next, overflow) = exact.multipliedReportingOverflow(by: UInt64(base))
        if overflow || next > 1 << 53 { break }
        exact = next
        exponent += 1
      }
    }
    for exponent in -1074...1023 { #expect(Elementary.pow(2, Double(exponent)) == Glibc.ldexp(1, Int32(exponent))) }
  }
}
