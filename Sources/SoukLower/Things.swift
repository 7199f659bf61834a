// The kernel's things: each becomes cells, tallies and an entry in the model's table of its kind. With `scale: 1/n` what
// entities compete for is divided here; the elements of an array are made one after the other with the same cells in the
// same order, so that a row known only while running reaches them by an offset.

import SoukModel
import SoukSema
import SoukText

extension Lowering {
  /// Makes every thing of the network, in the order in which they were elaborated.
  func makeThings() {
    for i in things.indices {
      probes.append([:])
      factors.append([:])
      capacities.append(nil)
      kernelIndex.append(-1)
      do throws(EvaluationError) { try make(i) } catch { report(told(error, ofThing: i)) }
    }
  }

  private func make(_ i: Int) throws(EvaluationError) {
    switch things[i].kind {
    case .source: _ = cell(i, .started)
    case .station: try makeStation(i)
    case .pool: try makePool(i)
    case .level: try makeLevel(i)
    case .account: try makeAccount(i)
    case .batch: try makeBatch(i)
    case .counter: try makeCounter(i)
    case .gauge: try makeGauge(i)
    case .measure: try makeMeasure(i)
    case .stock: try makeStock(i)
    case .flow: try makeFlow(i)
    }
  }

  // MARK: Cells and tallies

  /// How much of a statistic is kept.
  func recording(_ demandName: String, _ statistics: Statistic...) -> Recording {
    for statistic in statistics {
      let path = demandName + "." + statistic.rawValue
      if options.demand.full.contains(path) || options.demand.full.contains(demandName) { return .full }
      if options.demand.prefixes.contains(where: { $0.isEmpty || path == $0 || path.hasPrefix($0 + ".") }) { return .full }
    }
    let isSummed = statistics.contains { options.demand.summaries.contains(demandName + "." + $0.rawValue) }
    return options.demand.everything || isSummed ? .summary : .off
  }

  private func wantsUtilisation(_ i: Int) -> Bool { recording(things[i].demandName, .utilisation) != .off }

  /// A new cell for a statistic of a thing.
  func cell(_ i: Int, _ statistic: Statistic, initial: Double = 0, factor: Double = 1, also: Statistic? = nil) -> Int32 {
    var kept = things[i].thing.isVariable ? .off : recording(things[i].demandName, statistic)
    if let also { kept = max(kept, recording(things[i].demandName, also)) }
    if [.busy, .servers, .held, .size, .rate, .completions].contains(statistic), wantsUtilisation(i) { kept = max(kept, .summary) }
    model.cells.append(Cell(path: "\(things[i].name).\(statistic.rawValue)", initial: initial, recording: kept))
    let index = model.cells.count - 1
    probes[i][statistic] = .cell(index)
    if factor != 1 { factors[i][statistic] = factor }
    return Int32(index)
  }

  func tally(_ i: Int, _ statistic: Statistic, factor: Double = 1) -> Int32 {
    let kept = recording(things[i].demandName, statistic)
    model.tallies.append(Tally(path: "\(things[i].name).\(statistic.rawValue)", recording: kept))
    let index = model.tallies.count - 1
    probes[i][statistic] = .tally(index)
    if factor != 1 { factors[i][statistic] = factor }
    return Int32(index)
  }

  func cellIndex(_ i: Int, _ statistic: Statistic) -> Int32? {
    if case .cell(let index) = probes[i][statistic] { return Int32(index) }
    return nil
  }

  func tallyIndex(_ i: Int, _ statistic: Statistic) -> Int32? {
    if case .tally(let index) = probes[i][statistic] { return Int32(index) }
    return nil
  }

  // MARK: Fields

  func field(_ i: Int, _ name: String) -> Binding? {
    guard let value = things[i].thing.field(name) else { return nil }
    // A parameter that wasn't given leaves the field out.
    if case .optional = value.type, case .some(.nothing) = try? evaluator.evaluate(value, things[i].env) { return nil }
    return Binding(expression: value, env: things[i].env)
  }

  /// A field that must be a constant; nil if it isn't given.
  func constantField(_ i: Int, _ name: String) throws(EvaluationError) -> Value? {
    guard let binding = field(i, name) else { return nil }
    return try evaluator.evaluate(binding.expression, binding.env)
  }

  func numberField(_ i: Int, _ name: String) throws(EvaluationError) -> Double? {
    guard let binding = field(i, name) else { return nil }
    return try evaluator.number(binding.expression, binding.env)
  }

  /// A choice's or text's name.
  func wordField(_ i: Int, _ name: String) throws(EvaluationError) -> String? {
    switch try constantField(i, name) {
    case .text(let text): return text
    case .choice(let id, let index): return program.choices[id.index].cases[index]
    default: return nil
    }
  }

  func flagField(_ i: Int, _ name: String) throws(EvaluationError) -> Bool {
    if case .bool(true) = try constantField(i, name) { return true }
    return false
  }

  /// The law of a field: a number is a constant law. `factor` multiplies its values; -1 if the field isn't given.
  func lawField(_ i: Int, _ name: String, factor: Double = 1) throws(EvaluationError) -> Int32 {
    guard let binding = field(i, name), let value = try constantField(i, name) else { return -1 }
    return try law(of: value, binding.expression, factor: factor)
  }

  func law(of value: Value, _ e: TypedExpression, factor: Double = 1) throws(EvaluationError) -> Int32 {
    switch value {
    case .law(let law): return laws.add(law, factor: factor) { self.plainNumber($0) }
    case .number(let x):
      if case .quantity(.time) = e.type, x < 0 { throw .domain("a duration can't be negative", e.span) }
      return laws.index(of: Law(.constant, x * factor))
    default: throw .unexpected("a law is needed here", e.span)
    }
  }

  /// Numbers that stand for values without a unit: true is 1, a choice or row its index, a text its index in `texts`.
  func plainNumber(_ value: Value) -> Double {
    switch value {
    case .number(let x), .clock(let x): x
    case .bool(let b): b ? 1 : 0
    case .choice(_, let i), .row(_, let i): Double(i)
    case .text(let text): Double(intern(text))
    case .date(let nanoseconds, _): Double(nanoseconds - (start ?? 0)) / 1e9
    case .nothing: .nan
    default: .nan
    }
  }

  func intern(_ text: String) -> Int {
    if let known = textIndex[text] { return known }
    texts.append(text)
    textIndex[text] = texts.count - 1
    return texts.count - 1
  }

  // MARK: Capacities

  /// What entities compete for, in entities: a whole number after division by the scale.
  func wholeCapacity(_ x: Double, _ what: String, _ span: Span) throws(EvaluationError) -> Double {
    guard x >= 0, x == x.rounded(), x.isFinite else {
      if x < 0 { throw .domain("\(what) can't be negative", span) }
      throw .notWhole(what, x, span)
    }
    let divided = x / weight
    if x > 0 { wholeCapacities.insert(x) }
    guard divided == divided.rounded() else {
      splitCapacities.append((what, x, span))
      return divided.rounded(.up)
    }
    if weight > 1, divided > 0, divided < 10 {
      warn(
        "E0313", "\(what) is \(written(divided)) at this scale: small stations queue more than large ones", at: span,
        "one entity stands for \(written(weight))", hints: [Hint("prefer a station with a `rate`, or a finer scale")])
    }
    return divided
  }

  /// Reports the capacities that the scale would split, once all are known: a scale is safe if it splits none of them.
  func reportSplitCapacities() {
    guard !splitCapacities.isEmpty, let least = wholeCapacities.min() else { return }
    var safe = min(weight, least)
    while safe > 1, !wholeCapacities.allSatisfy({ $0.truncatingRemainder(dividingBy: safe) == 0 }) { safe -= 1 }
    let hint = safe > 1 ? "the coarsest safe scale is 1/\(written(safe))" : "no scale is safe here; a station with a `rate` can be scaled as one likes"
    for (what, x, span) in splitCapacities {
      report(
        EvaluationError(
          "E0312", "\(what) would be \(written(x / weight)) at this scale", at: span, "\(written(x)) isn't a multiple of \(written(weight))",
          hint: hint))
    }
  }

  enum CapacityRule { case whole, rate }

  /// A cell for a field that may change: constant, a curve of steps, or a formula. `factor` turns it into entities.
  func liveCell(
    _ i: Int, _ statistic: Statistic, _ binding: Binding, _ what: String, rule: CapacityRule
  ) throws(EvaluationError) -> Int32 {
    let span = binding.expression.span
    if try isLive(binding.expression, binding.env) {
      let index = cell(i, statistic, factor: weight)
      derivedFormulas.append(DerivedFormula(cell: index, binding: binding, factor: 1 / weight))
      return index
    }
    switch try evaluator.evaluate(binding.expression, binding.env) {
    case .number(let x):
      if rule == .rate, !(x >= 0) || !x.isFinite { throw .domain("\(what) can't be negative", span) }
      if statistic != .rate { capacities[i] = x }
      return cell(i, statistic, initial: rule == .whole ? try wholeCapacity(x, what, span) : x / weight, factor: weight)
    case .curve(let given):
      var curve = try whole(given, span)
      if curve.linear {
        throw EvaluationError(
          "E0316", "\(what) changes in steps only", at: span, "this curve is linear", hint: "write `curve(steps)`")
      }
      if rule == .whole {
        for (k, x) in curve.values.enumerated() { curve.values[k] = try wholeCapacity(x, what, span) }
      } else {
        curve.values = curve.values.map { $0 / weight }
      }
      let compiled = try compile(curve, span)
      let index = cell(i, statistic, initial: Self.value(of: compiled, at: 0), factor: weight)
      steppedCells.append(SteppedCell(cell: index, curve: compiled, name: "\(things[i].name).\(statistic.rawValue)"))
      return index
    default: throw .unexpected("\(what) isn't a number", span)
    }
  }

  // MARK: Stations and pools

  private static let disciplines: [String: Station.Discipline] = [
    "fifo": .fifo, "lifo": .lifo, "priority": .priority, "preemptive": .preemptiveResume, "preemptive_resume": .preemptiveResume,
    "preemptive_restart": .preemptiveRestart, "sharing": .processorSharing, "processor_sharing": .processorSharing,
    "shortest_first": .shortestFirst,
  ]

  private func unknownDiscipline(_ i: Int, _ word: String) -> EvaluationError {
    EvaluationError(
      "E0309", "there is no discipline \"\(word)\"", at: field(i, "discipline")?.expression.span ?? things[i].span,
      hint: "there are \(Self.disciplines.keys.sorted().joined(separator: ", "))")
  }

  private func makeStation(_ i: Int) throws(EvaluationError) {
    let name = things[i].name
    var station = Station(
      path: name, servers: -1, arrivals: -1, completions: -1, balked: -1, reneged: -1, queue: -1, busy: -1, up: -1, wait: -1,
      serviceTime: -1)
    if let servers = field(i, "servers") {
      station.servers = try liveCell(i, .servers, servers, "the number of servers", rule: .whole)
    } else {
      station.servers = cell(i, .servers, initial: 1, factor: weight)
      if field(i, "rate") == nil { capacities[i] = weight }
    }
    if let rate = field(i, "rate") { station.rate = try liveCell(i, .rate, rate, "the rate", rule: .rate) }
    station.arrivals = cell(i, .arrivals)
    station.completions = cell(i, .completions)
    station.balked = cell(i, .balked)
    station.reneged = cell(i, .reneged)
    station.queue = cell(i, .queue)
    station.busy = cell(i, .busy)
    station.up = cell(i, .up, initial: 1)
    station.wait = tally(i, .wait)
    station.serviceTime = tally(i, .service)
    if let discipline = try wordField(i, "discipline") {
      guard let known = Self.disciplines[discipline] else { throw unknownDiscipline(i, discipline) }
      if known == .processorSharing, let rate = field(i, "rate") {
        throw EvaluationError(
          "E0309", "a station with a rate serves one after another, and can't share", at: rate.expression.span,
          hint: "for sharing write `servers: 1, service: …`, or several servers")
      }
      station.discipline = known
    }
    if let binding = field(i, "service") {
      if try isLive(binding.expression, binding.env) {
        liveService[i] = binding
      } else {
        station.service = try lawField(i, "service")
        station.serviceStream = stream("\(name).service")
      }
    }
    if let capacity = field(i, "capacity") {
      let x = try evaluator.number(capacity.expression, capacity.env)
      if x.isFinite { station.capacity = Int64(try wholeCapacity(x, "the capacity", capacity.expression.span)) }
    }
    station.uptime = try lawField(i, "uptime")
    station.repair = try lawField(i, "repair")
    if station.uptime >= 0 {
      station.breakdownStream = stream("\(name).breakdown")
      if station.repair < 0 { station.repair = laws.index(of: Law(.constant, 0)) }
    }
    kernelIndex[i] = Int32(model.stations.count)
    model.stations.append(station)
  }

  private func makePool(_ i: Int) throws(EvaluationError) {
    guard let size = field(i, "size") else { throw .noValue("\(things[i].name).size", things[i].span) }
    let sizeCell = try liveCell(i, .size, size, "the size", rule: .whole)
    var discipline = Pool.Discipline.fifo
    switch try wordField(i, "discipline") {
    case "lifo": discipline = .lifo
    case "priority": discipline = .priority
    default: break
    }
    kernelIndex[i] = Int32(model.pools.count)
    model.pools.append(
      Pool(
        path: things[i].name, discipline: discipline, size: sizeCell, held: cell(i, .held), waiting: cell(i, .waiting),
        wait: tally(i, .wait)))
  }

  // MARK: Levels, accounts, batches

  private func makeLevel(_ i: Int) throws(EvaluationError) {
    let initial = try numberField(i, "initial") ?? 0
    let capacity = try numberField(i, "capacity") ?? .infinity
    if initial < 0 || initial > capacity {
      throw .domain("the level begins outside of 0 and its capacity", field(i, "initial")?.expression.span ?? things[i].span)
    }
    kernelIndex[i] = Int32(model.levels.count)
    model.levels.append(
      Level(
        path: things[i].name, initial: initial, capacity: capacity, level: cell(i, .level, initial: initial),
        put: cell(i, .put), taken: cell(i, .taken), waiting: cell(i, .waiting), wait: tally(i, .wait)))
  }

  private func makeAccount(_ i: Int) throws(EvaluationError) {
    func units(_ name: String) throws(EvaluationError) -> Int64? {
      guard let x = try numberField(i, name) else { return nil }
      guard let exact = Int64(exactly: x.rounded(.toNearestOrEven)), exact.magnitude < 1 << 53 else {
        throw .domain("this amount is too large for an account", field(i, name)?.expression.span ?? things[i].span)
      }
      return exact
    }
    let initial = try units("initial") ?? 0
    let floor = try flagField(i, "outside") ? Int64.min : try units("floor") ?? 0
    kernelIndex[i] = Int32(model.accounts.count)
    model.accounts.append(
      Account(
        path: things[i].name, initial: initial, floor: floor,
        balance: cell(i, .balance, initial: Double(initial)), reserved: cell(i, .reserved)))
  }

  private func makeBatch(_ i: Int) throws(EvaluationError) {
    var size = Int64.max
    if let binding = field(i, "size") {
      let x = try wholeCapacity(try evaluator.number(binding.expression, binding.env), "the batch's size", binding.expression.span)
      if x < 1 { throw .domain("the batch's size must be at least 1", binding.expression.span) }
      size = Int64(x)
    }
    var within = Int64.max
    if let binding = field(i, "within") { within = ticks(try positive(binding.expression, "`within`", binding.env)) }
    var calendar: Int32 = -1
    if let binding = field(i, "at") {
      calendar = try self.calendar(of: try evaluator.evaluate(binding.expression, binding.env), binding.expression.span)
    }
    kernelIndex[i] = Int32(model.batches.count)
    model.batches.append(
      Batch(
        path: things[i].name, size: size, within: within, calendar: calendar, waiting: cell(i, .waiting), sizes: tally(i, .sizes),
        wait: tally(i, .wait)))
  }

  // MARK: Counters, gauges, measures

  private func makeCounter(_ i: Int) throws(EvaluationError) {
    let initial = try numberField(i, "initial") ?? 0
    let index = cell(i, .count, initial: initial, also: .value)
    probes[i][.value] = probes[i][.count]
    factors[i][.value] = factors[i][.count]
    try makeWindow(i, .counter(index))
  }

  private func makeGauge(_ i: Int) throws(EvaluationError) {
    let initial = try numberField(i, "initial") ?? 0
    try makeWindow(i, .gauge(cell(i, .value, initial: initial)))
  }

  private func makeMeasure(_ i: Int) throws(EvaluationError) {
    let index = tally(i, .sample)
    if recording(things[i].demandName, .count) > model.tallies[Int(index)].recording {
      model.tallies[Int(index)].recording = max(model.tallies[Int(index)].recording, .summary)
    }
    // The measure itself, printed or compared, is its sample.
    if options.demand.full.contains(things[i].demandName) { model.tallies[Int(index)].recording = .full }
    probes[i][.count] = probes[i][.sample]
    if field(i, "window") != nil {
      model.cells.append(Cell(path: "\(things[i].name).seen"))
      seenCells[i] = Int32(model.cells.count - 1)
    }
    try makeWindow(i, .tally(index))
  }

  private func makeWindow(_ i: Int, _ source: Window.Source) throws(EvaluationError) {
    guard let binding = field(i, "window") else { return }
    let x = try positive(binding.expression, "`window`", binding.env)
    var window = Window(source: source, ticks: 0, count: 0)
    if case .quantity(.time) = binding.expression.type { window.ticks = ticks(x) } else { window.count = Int64(x.rounded()) }
    windowIndex[i] = Int32(model.windows.count)
    model.windows.append(window)
  }

  // MARK: Stocks and flows

  private func makeStock(_ i: Int) throws(EvaluationError) {
    let initial = try numberField(i, "initial") ?? 0
    _ = cell(i, .value, initial: initial)
  }

  private func makeFlow(_ i: Int) throws(EvaluationError) {
    _ = cell(i, .value, also: .rate)
    probes[i][.rate] = probes[i][.value]
    factors[i][.rate] = factors[i][.value]
  }

  // MARK: Time

  /// Ticks of a number of seconds; the end of the clock for what is beyond it.
  func ticks(_ seconds: Double) -> Int64 { seconds < 9.2e9 ? Int64((seconds * 1e9).rounded()) : .max }

  /// A curve of the compiled model; its numbers are taken as they are.
  func compile(_ given: CurveValue, _ span: Span, factor: Double = 1) throws(EvaluationError) -> Curve {
    let curve = try whole(given, span)
    var times = curve.times
    var offset = 0.0
    switch curve.keys {
    case .sinceStart: break
    case .clock: offset = clockOffset(period: curve.period)
    case .date:
      guard let start else { throw .needsStart(span) }
      times = times.map { $0 - Double(start) / 1e9 }
    }
    let values = factor == 1 ? curve.values : curve.values.map { $0 * factor }
    return Curve(shape: curve.linear ? .linear : .steps, times: times, values: values, period: curve.period, offset: offset)
  }

  func index(of curve: Curve) -> Int32 {
    if let known = curveIndex[curve] { return known }
    model.curves.append(curve)
    curveIndex[curve] = Int32(model.curves.count - 1)
    return Int32(model.curves.count - 1)
  }

  /// A curve of steps at a time since the start, as the engine reads it.
  static func value(of curve: Curve, at seconds: Double) -> Double {
    var t = seconds + curve.offset
    if curve.period > 0 { t = Arithmetic.modulo(t, curve.period) }
    guard let i = curve.times.lastIndex(where: { $0 <= t }) else {
      return (curve.period > 0 ? curve.values.last : curve.values.first) ?? 0
    }
    return curve.values[i]
  }

  /// The calendar of a field's or process's value: a calendar, a time of day, a date, a duration, or a list of these.
  func calendar(of value: Value, _ span: Span) throws(EvaluationError) -> Int32 {
    var instants: [Int64] = []
    var period: Int64 = 0
    switch value {
    case .calendar(let calendar):
      period = ticks(calendar.period)
      var offset = 0.0
      if calendar.keys == .clock { offset = clockOffset(period: calendar.period) }
      if calendar.keys == .date {
        guard let start else { throw .needsStart(span) }
        offset = Double(start) / 1e9
      }
      instants = calendar.instants.map { Int64((($0 - offset) * 1e9).rounded()) }
    case .clock(let x):
      period = ticks(86_400)
      instants = [Int64(((x - clockOffset(period: 86_400)) * 1e9).rounded())]
    case .number(let x): instants = [ticks(max(-9e9, x))]
    case .date(let nanoseconds, _):
      guard let start else { throw .needsStart(span) }
      instants = [nanoseconds - start]
    case .list(let items):
      if case .clock? = items.first {
        let clocks = items.map { if case .clock(let x) = $0 { x } else { 0.0 } }
        return try calendar(of: .calendar(CalendarValue(instants: clocks, keys: .clock, period: 86_400)), span)
      }
      for item in items {
        switch item {
        case .number(let x): instants.append(ticks(max(-9e9, x)))
        case .date(let nanoseconds, _):
          guard let start else { throw .needsStart(span) }
          instants.append(nanoseconds - start)
        default: throw .unexpected("instants are needed here", span)
        }
      }
    default: throw .unexpected("instants are needed here", span)
    }
    if period > 0 { instants = instants.map { (($0 % period) + period) % period } }
    let early = instants.count { $0 < 0 }
    if early > 0 {
      let what = instants.count == 1 ? "this instant lies" : early == instants.count ? "all of these instants lie" : early == 1 ? "one of these instants lies" : "\(early) of these instants lie"
      warn("E0322", "\(what) before the model's start, and nothing happens then", at: span, "before the start", hints: [Hint("let the model `start` earlier, or leave it out")])
    }
    instants = instants.filter { $0 >= 0 }
    // In a list two may come at one instant; a calendar knows each time of its day once.
    if period > 0 { instants = Array(Set(instants)) }
    let calendar = Calendar(instants: instants.sorted(), period: period)
    if let known = calendarIndex[calendar] { return known }
    model.calendars.append(calendar)
    calendarIndex[calendar] = Int32(model.calendars.count - 1)
    return Int32(model.calendars.count - 1)
  }

  // MARK: Streams

  func stream(_ path: String) -> Int32 {
    if let known = streamIndex[path] { return known }
    model.streams.append(path)
    streamIndex[path] = Int32(model.streams.count - 1)
    return Int32(model.streams.count - 1)
  }

  func origin(_ path: String) -> Int32 {
    if let known = originIndex[path] { return known }
    model.origins.append(path)
    originIndex[path] = Int32(model.origins.count - 1)
    return Int32(model.origins.count - 1)
  }
}

/// A cell that is computed from a formula whenever what the formula reads changes.
struct DerivedFormula {
  var cell: Int32
  var binding: Binding
  /// Multiplies the formula's value.
  var factor: Double
}

/// A cell that an internal process sets at the steps of a curve.
struct SteppedCell {
  var cell: Int32
  var curve: Curve
  var name: String
}
