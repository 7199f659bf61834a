// A trace: what happens to whom, told to a sink. The hot path asks one Bool.

/// One thing that happened to one entity.
public struct TraceEvent: Sendable, Hashable {
  public enum What: UInt8, Sendable {
    /// A journey began / ended (value: the outcome's index, -1 if none).
    case started, finished
    /// It waits in a queue / is served / is refused / has run out of patience / was displaced (value: the thing's index).
    case queued, served, balked, reneged, displaced
    /// An arm won a race / was withdrawn (value: the arm's number).
    case won, withdrawn
    /// A `note` (value: its number; `message`: the text that it belongs to).
    case note
  }
  /// Ticks since the start.
  public var time: Int64
  /// Index of the journey; -1 for code that is nobody's.
  public var journey: Int32
  public var origin: Int32
  public var ordinal: UInt32
  public var what: What
  public var value: Double
  /// Of a note: its index among the model's messages.
  public var message: Int32 = -1
}

extension Machine {
  @inline(never)
  mutating func tell(_ what: TraceEvent.What, _ token: Int32, _ value: Double, message: Int32 = -1) {
    guard let trace else { return }
    if token < 0 {
      trace(TraceEvent(time: now, journey: -1, origin: -1, ordinal: 0, what: what, value: value, message: message))
    } else {
      trace(
        TraceEvent(
          time: now, journey: tokens[token].journey, origin: tokens[token].origin, ordinal: tokens[token].ordinal, what: what,
          value: value, message: message))
    }
  }
}
