// Builds small compiled models by hand: cells, tallies, registers, journeys and things by name.

import SoukEngine
import SoukModel
import SoukNumerics
import SoukStats

let second: Int64 = 1_000_000_000

/// A compiled model under construction, and where its parts are.
struct ModelBuilder {
  var model = CompiledModel()
  /// What is observed of everything that is added from here on.
  var recording = Recording.summary
  private(set) var cellIndex: [String: Int] = [:]
  private(set) var tallyIndex: [String: Int] = [:]

  mutating func cell(_ path: String, initial: Double = 0, watchers: [Watcher] = []) -> Int32 {
    cellIndex[path] = model.cells.count
    model.cells.append(Cell(path: path, initial: initial, recording: recording, watchers: watchers))
    return Int32(model.cells.count - 1)
  }

  mutating func tally(_ path: String, thresholds: [Double] = []) -> Int32 {
    tallyIndex[path] = model.tallies.count
    model.tallies.append(Tally(path: path, recording: recording, thresholds: thresholds))
    return Int32(model.tallies.count - 1)
  }

  mutating func register(_ value: Double = 0) -> Int32 {
    model.registers.append(value)
    return Int32(model.registers.count - 1)
  }

  mutating func law(_ law: Law) -> Int32 {
    model.laws.append(law)
    return Int32(model.laws.count - 1)
  }

  mutating func law(_ kind: LawKind, _ table: LawTable, _ a: Double = 0, _ b: Double = 0) -> Int32 {
    model.lawTables.append(table)
    return law(Law(kind, a, b, table: Int32(model.lawTables.count - 1)))
  }

  mutating func stream(_ path: String) -> Int32 {
    model.streams.append(path)
    return Int32(model.streams.count - 1)
  }

  mutating func origin(_ path: String) -> Int32 {
    model.origins.append(path)
    return Int32(model.origins.count - 1)
  }

  mutating func drawSite(_ path: String, index: Int32 = 0) -> Int32 {
    model.drawSites.append(DrawSite(stream: stream(path), index: index, counter: -1))
    return Int32(model.drawSites.count - 1)
  }

  /// A journey whose code is emitted next.
  mutating func journey(_ path: String, slots: Int32 = 0, outcomes: [String] = [], timed: [(slot: Int32, tally: Int32)] = []) -> Int32 {
    let cells = outcomes.map { cell("\(path).\($0)") }
    let journey = Journey(
      path: path, entry: here, frameSlots: slots, started: cell("\(path).started"), finished: cell("\(path).finished"),
      active: cell("\(path).active"), time: tally("\(path).time"), outcome: tally("\(path).outcome"), outcomeCells: cells, timed: timed)
    model.frameSize = max(model.frameSize, Int(slots))
    model.journeys.append(journey)
    return Int32(model.journeys.count - 1)
  }

  /// Index of the next op.
  var here: Int32 { Int32(model.code.count) }

  mutating func emit(_ code: OpCode, _ a: Int32 = 0, _ b: Int32 = 0, _ c: Int32 = 0) {
    model.code.append(Op(code, a, b, c))
    model.places.append(Int32(model.code.count - 1))
  }

  mutating func patch(_ op: Int32, a: Int32? = nil, b: Int32? = nil, c: Int32? = nil) {
    if let a { model.code[Int(op)].a = a }
    if let b { model.code[Int(op)].b = b }
    if let c { model.code[Int(op)].c = c }
  }

  mutating func station(
    _ path: String, servers: Double = 1, discipline: Station.Discipline = .fifo, rate: Int32 = -1, service: Law? = nil,
    capacity: Int64 = .max, uptime: Law? = nil, repair: Law? = nil
  ) -> Int32 {
    var station = Station(
      path: path, discipline: discipline, servers: cell("\(path).servers", initial: servers), rate: rate, capacity: capacity,
      arrivals: cell("\(path).arrivals"), completions: cell("\(path).completions"), balked: cell("\(path).balked"),
      reneged: cell("\(path).reneged"), queue: cell("\(path).queue"), busy: cell("\(path).busy"), up: cell("\(path).up"),
      wait: tally("\(path).wait"), serviceTime: tally("\(path).service"))
    if let service {
      station.service = law(service)
      station.serviceStream = stream("\(path).service")
    }
    if let uptime, let repair {
      station.uptime = law(uptime)
      station.repair = law(repair)
      station.breakdownStream = stream("\(path).breakdown")
    }
    model.stations.append(station)
    return Int32(model.stations.count - 1)
  }

  /// `use` of a station by its own law, or for the time in a register.
  mutating func use(_ station: Int32, service: Int32 = -1, priority: Int32 = -1, patience: Int32 = -1, otherwise: Int32 = -1) -> Int32 {
    var draw: Int32 = -1
    if service < 0 && model.stations[Int(station)].service >= 0 {
      model.drawSites.append(DrawSite(stream: model.stations[Int(station)].serviceStream, index: 0, counter: -1))
      draw = Int32(model.drawSites.count - 1)
    }
    model.uses.append(
      UseSite(station: station, service: service, draw: draw, priority: priority, patience: patience, otherwise: otherwise))
    emit(.use, Int32(model.uses.count - 1))
    return Int32(model.uses.count - 1)
  }

  mutating func pool(_ path: String, size: Double, discipline: Pool.Discipline = .fifo) -> Int32 {
    model.pools.append(
      Pool(
        path: path, discipline: discipline, size: cell("\(path).size", initial: size), held: cell("\(path).held"),
        waiting: cell("\(path).waiting"), wait: tally("\(path).wait")))
    return Int32(model.pools.count - 1)
  }

  mutating func request(_ thing: Int32, amount: Int32 = -1, priority: Int32 = -1, patience: Int32 = -1, otherwise: Int32 = -1) -> Int32 {
    model.requests.append(RequestSite(thing: thing, amount: amount, priority: priority, patience: patience, otherwise: otherwise))
    return Int32(model.requests.count - 1)
  }

  mutating func source(_ path: String, _ pattern: Source.Pattern, journey: Int32, limit: Int64 = .max, batch: Law? = nil) {
    model.sources.append(
      Source(
        path: path, pattern: pattern, batchLaw: batch.map { law($0) } ?? -1, limit: limit, journey: journey,
        entry: model.journeys[Int(journey)].entry, origin: origin(path), stream: stream("\(path).gaps"),
        batchStream: stream("\(path).batch"), started: cell("\(path).started")))
  }

  mutating func process(_ journey: Int32) {
    model.processes.append(Process(journey: journey, origin: origin("process \(model.processes.count)")))
  }
}

extension ModelBuilder {
  /// One station, one source, one journey `use`.
  static func queue(
    rate: Double, servers: Double = 1, service: Law, discipline: Station.Discipline = .fifo, capacity: Int64 = .max,
    recording: Recording = .summary
  ) -> ModelBuilder {
    var b = ModelBuilder()
    b.recording = recording
    let station = b.station("till", servers: servers, discipline: discipline, service: service, capacity: capacity)
    let journey = b.journey("buy", outcomes: ["served", "lost"])
    let site = b.use(station)
    b.emit(.end, 0, -1)
    b.model.uses[Int(site)].otherwise = b.here
    b.emit(.end, 1, -1)
    b.source("orders", .poisson(rate: rate), journey: journey)
    return b
  }
}

extension ModelBuilder {
  /// Replications of the model, one thread.
  func paths(_ replications: Range<UInt32>, span: Double, warmup: Double = 0, seed: UInt64 = 1) -> [SamplePath] {
    runReplications(
      model, seed: seed, replications: replications, span: Int64(span * 1e9), warmup: Int64(warmup * 1e9), threads: 1)
  }

  func simulation(seed: UInt64 = 1, replication: UInt32 = 0, warmup: Double = 0, limits: RunLimits = RunLimits()) -> Simulation {
    Simulation(model, RunSettings(seed: seed, replication: replication, warmup: Int64(warmup * 1e9), limits: limits))
  }

  func cell(_ path: String, of sample: SamplePath) -> CellRecord { sample.cells[cellIndex[path] ?? -1] }
  func tally(_ path: String, of sample: SamplePath) -> TallyRecord { sample.tallies[tallyIndex[path] ?? -1] }

  /// Time average of a cell.
  func average(_ path: String, of sample: SamplePath) -> Double {
    cell(path, of: sample).integral / (Double(sample.end - sample.warmup) / 1e9)
  }
}
