// What `plot` and `export` make of values: signals to lines over time in at most some hundred stretches, samples to
// histograms, lists to lines by index; and all of them to columns of data.

import SoukLower
import SoukModel
import SoukReport
import SoukSema
import SoukStats
import SoukText
import SoukUnits

struct Plotting {
  let writing: Writing
  /// Stretches of the time axis.
  static let stretches = 240

  /// A plot of each kind of value among `values`: those over time together, each sample by itself.
  func plots(_ values: [(expression: TypedExpression, value: Value, side: String?)]) throws(EvaluationError) -> [PlotSpec] {
    var plots: [PlotSpec] = []
    var lines: [PlotSpec.Series] = []
    var relation: [PlotSpec.Series] = []
    var origin: Instant?
    var counts: Set<Int> = []
    for (expression, value, side) in values {
      let name = writing.source(expression) + (side.map { " of \($0)" } ?? "")
      let dimension = ResultAccess.dimension(expression.type)
      let unit = writing.shownUnit(expression)
      switch value {
      case .host(let signal as SignalValue):
        guard signal.traces.allSatisfy(\.isFull) else { throw EvaluationError.notKept(name, expression.span) }
        lines.append(PlotSpec.Series(name: name, dimension: dimension, unit: unit, points: points(signal)))
        origin = origin ?? signal.origin
        counts.insert(signal.traces.count)
      case .host(let sample as SampleValue):
        try typed { try Lifting(span: expression.span).requireFull(sample) }
        plots.append(histogram(sample, name, dimension, unit))
      case .curve(let curve): lines.append(PlotSpec.Series(name: name, dimension: dimension, unit: unit, points: points(curve)))
      case .list(let items): relation.append(PlotSpec.Series(name: name, dimension: dimension, unit: unit, points: points(items)))
      default:
        throw EvaluationError.results("this can't be drawn", expression.span, hint: "`plot` draws values over time, samples and lists of numbers")
      }
    }
    if !lines.isEmpty {
      var spec = PlotSpec(kind: .time, series: lines, origin: origin)
      if let count = counts.max(), count > 1 { spec.notes.append("mean of \(count) replications") }
      plots.insert(spec, at: 0)
    }
    if !relation.isEmpty { plots.append(PlotSpec(kind: .relation, series: relation)) }
    return plots
  }

  private func histogram(_ sample: SampleValue, _ name: String, _ dimension: Dimension, _ unit: UnitExpression?) -> PlotSpec {
    var values: [Double] = []
    for part in sample.parts { values += part.values }
    values.sort()
    var spec = PlotSpec(kind: .histogram, series: [PlotSpec.Series(name: name, dimension: dimension, unit: unit, values: values)])
    let open = sample.parts.reduce(0) { $0 + $1.censored.filter { !$0.isLost }.count }
    let lost = sample.parts.reduce(0) { $0 + $1.censored.filter(\.isLost).count }
    if open + lost > 0 { spec.notes.append("not drawn: \(open) under way at the end, \(lost) lost") }
    return spec
  }

  // MARK: Points

  /// The signal's means over stretches of time, averaged over the replications, with the extremes of a single one.
  private func points(_ signal: SignalValue) -> [PlotSpec.Point] {
    guard let from = signal.traces.map(\.from).min(), let to = signal.traces.map(\.to).max(), to > from else { return [] }
    let count = Int64(Self.stretches)
    var out: [PlotSpec.Point] = []
    for index in 0..<count {
      // In two parts, for a long span times the count doesn't fit.
      let width = (to - from) / count
      let rest = (to - from) % count
      let a = from + width * index + rest * index / count
      let b = from + width * (index + 1) + rest * (index + 1) / count
      let stretches = signal.traces.compactMap { $0.during(a, b) }
      let means = stretches.compactMap(\.mean)
      let x = Double(a) / StepTrace.ticksPerSecond
      guard !means.isEmpty else {
        out.append(PlotSpec.Point(x: x, y: nil, low: 0, high: 0))
        continue
      }
      let mean = Moments(means).mean
      let single = signal.traces.count == 1
      let low = single ? stretches.first?.minimum ?? mean : mean
      let high = single ? stretches.first?.maximum ?? mean : mean
      out.append(PlotSpec.Point(x: x, y: mean, low: min(low, mean), high: max(high, mean)))
    }
    return out
  }

  private func points(_ curve: CurveValue) -> [PlotSpec.Point] {
    guard let first = curve.times.first, let last = curve.times.last else { return [] }
    let from = min(0, first)
    let to = curve.period > 0 ? curve.period : max(last, first + 1)
    return (0...Self.stretches).map { index in
      let x = from + (to - from) * Double(index) / Double(Self.stretches)
      let y = curve.value(at: x)
      return PlotSpec.Point(x: x, y: y, low: y ?? 0, high: y ?? 0)
    }
  }

  private func points(_ items: [Value]) -> [PlotSpec.Point] {
    items.enumerated().map { index, item in
      var y: Double?
      switch item {
      case .number(let x): y = x
      case .host(let estimate as EstimateValue): y = estimate.point
      default: break
      }
      return PlotSpec.Point(x: Double(index), y: y, low: y ?? 0, high: y ?? 0)
    }
  }

  // MARK: Data

  private func unitName(_ dimension: Dimension) -> String {
    let text = dimension.baseUnitText
    return text.isEmpty ? "" : " [\(text)]"
  }

  private func optional(_ x: Double?, _ one: Double = 1) -> ExportData.Cell { x.map { $0.isNaN ? .missing : .number($0 / one) } ?? .missing }

  /// A value as a table of data: one row an observation, change or replication.
  func data(_ value: Value, of e: TypedExpression, file: String) throws(EvaluationError) -> ExportData {
    let dimension = ResultAccess.dimension(e.type)
    let head = "value" + unitName(dimension)
    let one = dimension.baseUnitFactor
    switch value {
    case .host(let signal as SignalValue):
      return ExportData(
        file: file, columns: ["replication", "time [s]", head],
        rows: signal.traces.enumerated().flatMap { index, trace in
          zip(trace.times, trace.values).map { [.number(Double(index)), .number(Double($0) / StepTrace.ticksPerSecond), optional($1, one)] }
        })
    case .host(let sample as SampleValue):
      try typed { try Lifting(span: e.span).requireFull(sample) }
      return ExportData(
        file: file, columns: ["replication", "time [s]", head],
        rows: sample.parts.enumerated().flatMap { index, part in
          zip(part.times, part.values).map { time, value -> [ExportData.Cell] in
            var cell = optional(value, one)
            if let names = sample.categories, names.indices.contains(Int(value)) { cell = .text(names[Int(value)]) }
            return [.number(Double(index)), .number(Double(time) / StepTrace.ticksPerSecond), cell]
          }
        })
    case .host(let estimate as EstimateValue):
      return ExportData(
        file: file, columns: ["replication", head],
        rows: estimate.values.enumerated().map { [.number(Double($0)), optional($1, one)] })
    case .host(let run as RunResults): return data(StandardReport(program: writing.program, run: run, level: writing.level).report(), file)
    case .host(let part as ResultPart): return data(StandardReport(program: writing.program, run: part.run, level: writing.level).report(of: part.layout), file)
    case .host(let pair as PairedValue):
      // The rows of both, each with the name of its side.
      var out = ExportData(file: file, columns: [], rows: [])
      for (name, value) in [(pair.sides.names.first, pair.first), (pair.sides.names.second, pair.second)] {
        let own = try data(value, of: e, file: file)
        out.columns = ["of"] + own.columns
        out.rows += own.rows.map { [.text(name)] + $0 }
      }
      return out
    case .table(let id):
      let table = writing.program.tables[id.index]
      let rows = try writing.evaluator.rows(id)[writing.evaluator.ownRows(id)]
      return ExportData(
        file: file, columns: table.columns.map { $0.name + unitName(ResultAccess.dimension($0.type)) }, rows: rows.map { row in zip(table.columns, row).map { cell($1, ResultAccess.dimension($0.type).baseUnitFactor) } })
    case .list(let items):
      if case .record(let id, _)? = items.first {
        let fields = writing.program.records[id.index].fields
        return ExportData(
          file: file, columns: fields.map { $0.name + unitName(ResultAccess.dimension($0.type)) },
          rows: items.map { if case .record(_, let values) = $0 { zip(fields, values).map { cell($1, ResultAccess.dimension($0.type).baseUnitFactor) } } else { [cell($0, 1)] } })
      }
      return ExportData(file: file, columns: ["index", head], rows: items.enumerated().map { [.number(Double($0)), cell($1, one)] })
    default: throw EvaluationError.results("this can't be exported", e.span, hint: "runs, values over time, samples, estimates, tables and lists can")
    }
  }

  private func cell(_ value: Value, _ one: Double) -> ExportData.Cell {
    switch value {
    case .number(let x), .clock(let x): optional(x, one)
    case .nothing: .missing
    case .host(let estimate as EstimateValue): optional(estimate.point, one)
    default: .text(writing.evaluator.plainText(value, shown: nil))
    }
  }

  /// The report's figures, one a row.
  private func data(_ report: RunReport, _ file: String) -> ExportData {
    var rows: [[ExportData.Cell]] = []
    for table in report.tables {
      for row in table.rows {
        for (column, figure) in zip(table.columns, row.cells) {
          guard let figure else { continue }
          rows.append([
            .text(table.title), .text(row.name), .text(column), optional(figure.point, figure.dimension.baseUnitFactor), optional(figure.halfWidth, figure.dimension.baseUnitFactor), .text(figure.dimension.baseUnitText),
          ])
        }
      }
    }
    return ExportData(file: file, columns: ["kind", "name", "statistic", "value", "half_width", "unit"], rows: rows)
  }
}

/// Runs `body`, whose errors are all evaluation errors, with the type of its errors known.
func typed<T>(_ body: () throws -> T) throws(EvaluationError) -> T {
  do {
    return try body()
  } catch let error as EvaluationError {
    throw error
  } catch {
    throw EvaluationError(Diagnostic("I0401", "this is a defect of Souk: \(error)", at: Span(file: FileID(0), lower: 0, upper: 0)))
  }
}
