// What a check may answer, and how a claim compares.

/// The five verdicts of a check; only `holds` is a pass.
public enum Verdict: String, Sendable, Hashable, CaseIterable {
  /// The claim is true, but for the stated chance of error.
  case holds
  /// The claim is false, but for the stated chance of error.
  case fails
  /// The evidence does not suffice for either.
  case undecided
  /// At least one replication had nothing to measure, so the claim cannot hold.
  case noData
  /// The measured values are not numbers that can be compared.
  case error
}

/// How a claim compares its estimate with its limit.
public enum Comparator: Sendable, Hashable, CaseIterable {
  case atLeast
  case moreThan
  case atMost
  case lessThan

  /// +1 where larger values support the claim, else -1.
  public var direction: Double {
    switch self {
    case .atLeast, .moreThan: 1
    case .atMost, .lessThan: -1
    }
  }

  /// Whether a value exactly at the limit satisfies the claim.
  public var allowsEquality: Bool {
    switch self {
    case .atLeast, .atMost: true
    case .moreThan, .lessThan: false
    }
  }

  /// Whether an exactly known difference value - limit satisfies the claim.
  public func accepts(_ difference: Double) -> Bool {
    difference * direction > 0 || (difference == 0 && allowsEquality)
  }
}
