// `table Hubs(key name: Text, sort: parcel/h) = csv("hubs.csv")` → the table's rows as typed constants. Columns are found by
// the names in the file's first row, in any order; each value is read as the language reads literals and held against
// its column's type and unit. A number without a unit is in the column's declared unit.

import SoukSema
import SoukSyntax
import SoukText
import SoukUnits

extension LoadedScript {
  /// Reads the data files of all tables into the program; what is wrong with them is returned. Each file becomes one of
  /// the sources, so that mistakes in it are shown at their line.
  mutating func readTables(of program: inout TypedProgram, limits: ReadLimits) -> [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    for index in program.tables.indices {
      guard case .csv(let name) = program.tables[index].rows else { continue }
      guard let source = openTable(name, limits: limits, diagnostics: &diagnostics) else { continue }
      var table = CSVTable(table: program.tables[index], choices: program.choices, units: program.units)
      program.tables[index].rows = .inline(table.rows(of: source))
      diagnostics += table.diagnostics
    }
    return diagnostics
  }

  private mutating func openTable(_ name: TypedExpression, limits: ReadLimits, diagnostics: inout [Diagnostic]) -> SourceFile? {
    var text = ""
    if case .text(let parts) = name.kind {
      for case .text(let part) in parts { text += part }
      if parts.contains(where: { if case .value = $0 { true } else { false } }) {
        diagnostics.append(ImportProblem.nameNotPlain(at: name.span))
        return nil
      }
    } else {
      diagnostics.append(ImportProblem.nameNotPlain(at: name.span))
      return nil
    }
    guard let folder = folders[Int(name.span.file.index)] else {
      diagnostics.append(ImportProblem.fileFromLibrary(text, at: name.span))
      return nil
    }
    do throws(ConfinedProblem) {
      let (path, real) = try confined(text, in: folder)
      let bytes: [UInt8]
      do throws(FileProblem) { bytes = try Files.read(real, limit: limits.fileBytes) } catch { throw .file(error) }
      let (file, problem) = addSource(bytes, name: path)
      folders.append(nil)
      guard let problem else { return sources[file] }
      diagnostics.append(problem)
    } catch {
      diagnostics.append(ImportProblem.diagnostic(error, name: text, at: name.span))
    }
    return nil
  }
}

extension LoadedScript {
  /// Adds a data file, and says what makes it no text. Of a binary file nothing is kept: no message shows lines of it.
  fileprivate mutating func addSource(_ bytes: [UInt8], name: String) -> (file: FileID, problem: Diagnostic?) {
    let file = FileID(sources.files.count)
    let problem = TextProblem.find(in: SourceFile(id: file, name: name, bytes: bytes))
    return (sources.add(name: name, bytes: problem?.code == "E0505" ? [] : bytes), problem)
  }
}

/// One table with the rows of its file.
struct CSVTable {
  let table: Table
  let choices: [Choice]
  let units: UnitTable
  private(set) var diagnostics: [Diagnostic] = []
  private var declared: Label { Label(table.span, "the table `\(table.name)` is declared here") }

  init(table: Table, choices: [Choice], units: UnitTable) {
    self.table = table
    self.choices = choices
    self.units = units
  }

  /// The rows in the table's order of columns; those with mistakes are left out, and the mistakes noted.
  mutating func rows(of file: SourceFile) -> [[TypedExpression]] {
    let (rows, malformed) = CSVReader.read(file)
    diagnostics += malformed
    guard let header = rows.first else {
      report("E0521", "“\(file.name)” has no rows", at: Span(file: file.id, lower: 0, upper: 0), "should begin with the names of the columns")
      return []
    }
    guard malformed.isEmpty, let places = places(of: header) else { return [] }
    var values: [[TypedExpression]] = []
    var keys: [String: Span] = [:]
    for row in rows.dropFirst() {
      guard row.count == header.count else {
        let whole = row[0].span.joined(row[row.count - 1].span)
        report("E0522", "this row has \(row.count) field\(row.count == 1 ? "" : "s") and not \(header.count)", at: whole, "doesn't match the first row")
        continue
      }
      let typed = places.enumerated().map { column, place in value(row[place], column: column) }
      if let key = table.key {
        let field = row[places[key]]
        if let earlier = keys.updateValue(field.span, forKey: field.text) {
          diagnostics.append(
            Diagnostic(
              "E0526", "the key “\(field.text)” stands in two rows", at: field.span, "again here",
              others: [Label(earlier, "first here")]))
        }
      }
      if !typed.contains(where: { $0 == nil }) { values.append(typed.compactMap { $0 }) }
    }
    return values
  }

  private mutating func report(_ code: DiagnosticCode, _ message: String, at span: Span, _ label: String, hints: [Hint] = []) {
    diagnostics.append(Diagnostic(code, message, at: span, label, others: [declared], hints: hints))
  }

  /// For each column of the table its place in the file's rows; `nil` when the first row doesn't name exactly the columns.
  private mutating func places(of header: [CSVField]) -> [Int]? {
    let before = diagnostics.count
    let names = table.columns.map(\.name)
    for (place, field) in header.enumerated() {
      if header[..<place].contains(where: { $0.text == field.text }) {
        report("E0523", "the column “\(field.text)” is named twice", at: field.span, "again here")
      } else if !names.contains(field.text) {
        let offer = ImportProblem.likest(field.text, among: names).map { "did you mean “\($0)”? " } ?? ""
        report(
          "E0524", "the table `\(table.name)` has no column “\(field.text)”", at: field.span, "isn't one of its columns",
          hints: [Hint("\(offer)The columns are \(names.joined(separator: ", ")).")])
      }
    }
    let places = names.map { name in header.firstIndex { $0.text == name } }
    for (name, place) in zip(names, places) where place == nil {
      report("E0525", "the column “\(name)” is missing", at: header[0].span.joined(header[header.count - 1].span), "names the columns")
    }
    return diagnostics.count == before ? places.compactMap { $0 } : nil
  }

  // MARK: Values

  private mutating func value(_ field: CSVField, column: Int) -> TypedExpression? {
    let (name, type, unit) = table.columns[column]
    if field.text.isEmpty, type != .text {
      report("E0527", "the value of “\(name)” is missing", at: field.span, "is blank")
      return nil
    }
    guard let kind = kind(field, type, unit, name) else { return nil }
    return TypedExpression(kind, type, field.span, shown: unit)
  }

  private mutating func mismatch(_ field: CSVField, _ name: String, _ expected: String, hints: [Hint] = []) -> TypedExpression.Kind? {
    report("E0528", "“\(field.text)” doesn't fit the column “\(name)”", at: field.span, "should be \(expected)", hints: hints)
    return nil
  }

  private mutating func kind(_ field: CSVField, _ type: Type, _ unit: UnitExpression?, _ name: String) -> TypedExpression.Kind? {
    switch type {
    case .text: return .text([.text(field.text)])
    case .quantity(let dimension): return quantity(field, dimension, unit, name)
    case .bool:
      guard field.text == "true" || field.text == "false" else { return mismatch(field, name, "true or false") }
      return .bool(field.text == "true")
    case .date:
      guard case .success(let instant) = Instant.parse(field.text) else {
        return mismatch(field, name, "a date such as 2017-11-11 or 2017-11-11T00:00+08:00")
      }
      return .date(instant.nanoseconds, zone: instant.zoneMinutes)
    case .clock:
      guard case .success(let time) = TimeOfDay.parse(field.text) else { return mismatch(field, name, "a time of day such as 08:30") }
      return .clock(Double(time.seconds))
    case .choice(let id):
      let cases = choices[id.index].cases
      guard let index = cases.firstIndex(of: field.text) else {
        return mismatch(field, name, "one of \(cases.joined(separator: ", "))")
      }
      return .choiceCase(index)
    default:
      return mismatch(field, name, "what a data file can't hold: its columns are quantities, texts, dates, times of day, choices, true and false")
    }
  }

  private mutating func quantity(_ field: CSVField, _ dimension: Dimension, _ unit: UnitExpression?, _ name: String) -> TypedExpression.Kind? {
    let expected = unit.map { $0.isEmpty ? "a number" : "a number of \($0.text)" } ?? dimension.description
    let isNegative = field.text.hasPrefix("-")
    let digits = isNegative || field.text.hasPrefix("+") ? String(field.text.dropFirst()) : field.text
    switch units.parseQuantity(digits) {
    case .failure(let problem):
      return mismatch(field, name, expected, hints: [Hint(problem.description)])
    case .success(let quantity):
      var value = quantity.value
      if quantity.unit.isEmpty, let unit, !unit.isEmpty {
        value = unit.inBaseUnits(value)
      } else if quantity.dimension != dimension {
        return mismatch(field, name, expected, hints: [Hint("it is \(quantity.dimension.isDimensionless ? "a number without a unit" : quantity.dimension.description)")])
      }
      return .number(isNegative ? -value : value)
    }
  }
}
