// Which of k systems has the best mean? The fully sequential procedure of Kim & Nelson (2001), with common random numbers allowed.
import SoukNumerics

/// Kim and Nelson's elimination: after n0 replications of each system, one more of each survivor a round, until one is left.
///
/// The chosen system is the best with probability 1 - α whenever the best is at least `indifference` better than the others.
public struct KimNelson: Sendable {
  /// The difference δ that matters.
  public let indifference: Double
  /// η = ½ ((2α / (k - 1))^(-2 / (n0 - 1)) - 1).
  public let eta: Double
  /// h² = 2 η (n0 - 1).
  public let hSquared: Double
  /// The systems still in, by index.
  public private(set) var survivors: [Int]
  /// Replications of each survivor so far.
  public private(set) var replications: Int
  var sums: [Double]
  let variances: [[Double]]

  /// η and h² for k systems, n0 first replications and error α.
  public static func constants(systems k: Int, firstStage n0: Int, alpha: Double) -> (eta: Double, hSquared: Double) {
    let eta = 0.5 * (Elementary.pow(2 * alpha / Double(k - 1), -2 / Double(n0 - 1)) - 1)
    return (eta, 2 * eta * Double(n0 - 1))
  }

  /// Starts from the first stage: `samples[system][replication]`, all of one length >= 2; larger means are better.
  public init(firstStage samples: [[Double]], indifference: Double, alpha: Double) {
    let n0 = samples.first?.count ?? 0
    precondition(samples.count >= 2 && n0 >= 2 && samples.allSatisfy { $0.count == n0 }, "a first stage of \(n0) values")
    let constants = KimNelson.constants(systems: samples.count, firstStage: n0, alpha: alpha)
    self.indifference = indifference
    eta = constants.eta
    hSquared = constants.hSquared
    survivors = Array(samples.indices)
    replications = n0
    sums = samples.map { $0.reduce(0, +) }
    variances = samples.map { a in samples.map { b in Moments(zip(a, b).map { $0 - $1 }).variance } }
    eliminate()
  }

  /// The best system, once all others are out.
  public var best: Int? { survivors.count == 1 ? survivors.first : nil }

  /// Adds one replication of each survivor, in the order of `survivors`.
  public mutating func add(_ values: [Double]) {
    precondition(values.count == survivors.count, "\(values.count) values for \(survivors.count) systems")
    for (system, value) in zip(survivors, values) { sums[system] += value }
    replications += 1
    eliminate()
  }

  /// Drops each system whose sum lies below another's by more than max(0, h² S² / (2 δ) - δ r / 2).
  mutating func eliminate() {
    let all = survivors
    let rest = Double(replications)
    survivors = all.filter { i in
      all.allSatisfy { j in
        let slack = hSquared * variances[i][j] / (2 * indifference) - 0.5 * indifference * rest
        return i == j || sums[i] >= sums[j] - max(0, slack)
      }
    }
    if survivors.isEmpty, let winner = all.max(by: { sums[$0] < sums[$1] }) { survivors = [winner] }
  }
}
