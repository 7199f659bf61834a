// A trace: what happens to whom, told to a sink. The hot path asks one Bool, and only where somebody starts, queues, is served,
// wakes or ends; what else there is to tell (the end of a service, the beginning and the end of a wait) is found by the loop in
// `Stepping.swift`, which only traced simulations run.

/// One thing that happened to one entity.
public struct TraceEvent: Sendable, Hashable {
  public enum What: UInt8, Sendable {
    /// A journey began / ended (value: the outcome's index, -1 if none).
    case started, finished
    /// It waits in a station's queue / is served / is done there / is refused / has run out of patience / was displaced.
    case queued, served, completed, balked, reneged, displaced
    /// It waits for a pool / was given what it asked for.
    case asked, granted
    /// It waits for a time (value: seconds) / to put into, to take from a level / for a condition / in a batch.
    case waits, putting, taking, awaits, gathers
    /// What it waited for is there.
    case wentOn
    /// An arm won a race / was withdrawn (value: the arm's number).
    case won, withdrawn
    /// A station broke down / is up again.
    case broke, repaired
    /// A value of the tally that is watched.
    case observed
    /// A `note` (value: its number; `message`: the text that it belongs to).
    case note
  }

  /// Where: a table of the model, `place` being the index.
  public enum Kind: UInt8, Sendable { case nowhere, station, pool, level, batch }

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
  public var kind = Kind.nowhere
  public var place: Int32 = -1
}

extension Machine {
  /// Tells what happened to a token; `thing` is a station's, pool's, … index by `what`.
  @inline(never)
  mutating func tell(_ what: TraceEvent.What, _ token: Int32, _ value: Double = 0, thing: Int32 = -1, message: Int32 = -1) {
    guard let trace else { return }
    tellObservations()
    var event = TraceEvent(time: now, journey: -1, origin: -1, ordinal: 0, what: what, value: value, message: message, place: thing)
    if token >= 0 {
      event.journey = tokens[token].journey
      event.origin = tokens[token].origin
      event.ordinal = tokens[token].ordinal
      touched.append(token)
    }
    switch what {
    case .queued, .served, .completed, .balked, .displaced, .broke, .repaired: event.kind = .station
    case .asked, .granted: event.kind = .pool
    case .putting, .taking: event.kind = .level
    case .gathers: event.kind = .batch
    case .reneged, .wentOn:
      event.kind = place(ofStateOf: token)
      if event.kind == .nowhere { event.place = -1 }
    default: break
    }
    trace(event)
    toldCount &+= 1
    // Its wait is recorded right after this.
    if watched >= 0, what == .served && stations[thing].waitTally == watched || what == .granted && pools[thing].waitTally == watched {
      observer = token
    } else if what == .reneged || what == .completed || what == .started && tokens[token].origin == arriving {
      observer = token
    }
  }

  /// The table that a waiting token's `thing` is an index of.
  private mutating func place(ofStateOf token: Int32) -> TraceEvent.Kind {
    switch tokens[token].state {
    case .queued, .serving, .sharing, .halted: .station
    case .seizing: .pool
    case .putting, .taking: .level
    case .gathering: .batch
    case .ready where tokens[token].grant == .put || tokens[token].grant == .taken: .level
    default: .nowhere
    }
  }

  /// A token that was ready runs: what it waited for is there.
  @inline(never)
  mutating func tellWoken(_ token: Int32) {
    tellObservations()
    touched.append(token)
    observer = token
    // A grant was told when it was given; who was spawned has only begun.
    if tokens[token].grant == .pool || (tokens[token].created == now && tokens[token].pc == journeys[tokens[token].journey].entry) { return }
    tell(.wentOn, token, thing: tokens[token].thing)
  }

  /// What the watched tally has got since the last time, as of who ran.
  mutating func tellObservations() {
    guard watched >= 0, let trace, tallies[watched].log >= 0 else { return }
    let values = logs[tallies[watched].log].values
    while watchedCount < values.count {
      let value = values[watchedCount]
      watchedCount += 1
      guard observer >= 0 else { continue }
      trace(
        TraceEvent(
          time: now, journey: tokens[observer].journey, origin: tokens[observer].origin, ordinal: tokens[observer].ordinal, what: .observed,
          value: value))
    }
  }
}
