// What can be wrong with a unit, as a value: which text, what it might have meant, and what to write instead.

/// A mistake in a unit text or in a declaration of a unit.
public struct UnitProblem: Error, Hashable, Sendable {
  /// The sort of mistake.
  public enum Kind: Hashable, Sendable {
    /// No unit has this name.
    case unknown
    /// A name that could mean several units, such as `m`.
    case ambiguous
    /// A scale such as `k` written on the unit instead of on the number: `5 kCNY`.
    case scaleOnUnit
    /// A value's name inside a unit: `1/n`.
    case valueInUnit
    /// Not the form of a unit: `CNY//s`.
    case malformed
    /// A declaration of a name that has a meaning already.
    case alreadyDeclared
    /// A declaration of a name that can't be a unit.
    case reserved
    /// A factor or rate that isn't a positive number.
    case notPositive
    /// A rate of exchange for what isn't a currency, or between other things than two currencies.
    case notACurrency
    /// A rate of exchange that follows from earlier ones.
    case rateFollows
  }

  public let kind: Kind
  /// The name the problem is about, as written.
  public let name: String
  /// Where that name begins in the unit text, in UTF-8 bytes.
  public let offset: Int
  /// One sentence without the full stop: what was found and why it can't be.
  public let message: String
  /// Names that may have been meant, the likeliest first.
  public let suggestions: [String]
  /// What to write instead, as a sentence part after "write" or an explanation; nil when nothing helps.
  public let advice: String?

  public init(
    _ kind: Kind, name: String, offset: Int = 0, message: String, suggestions: [String] = [], advice: String? = nil
  ) {
    self.kind = kind
    self.name = name
    self.offset = offset
    self.message = message
    self.suggestions = suggestions
    self.advice = advice
  }

  /// The length of the name in UTF-8 bytes, for underlining it.
  public var length: Int { name.utf8.count }
}

extension UnitProblem: CustomStringConvertible {
  public var description: String { advice.map { "\(message): \($0)" } ?? message }
}
