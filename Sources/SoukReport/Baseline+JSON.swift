// A baseline ↔ JSON, format 1: docs/formats.md says what is in it. Numbers stand in full, so that what is read is to the bit what was
// written; seeds and digests are texts, because JSON's numbers have 53 bits. A digest of the whole stands at the end of the file.

/// Why a file is no baseline.
public enum BaselineProblem: Error, Sendable, Hashable {
  /// Not JSON, cut short, or changed since it was written.
  case damaged(String)
  /// JSON of something else.
  case foreign
  /// Of a later form than this program knows.
  case newer(format: Int, version: String)

  /// The end of a sentence about the file.
  public var words: String {
    switch self {
    case .damaged(let what): "is no whole baseline: \(what)"
    case .foreign: "is no baseline: `souk test --save-baseline` writes one"
    case .newer(let format, let version): "is a baseline of format \(format), written by Souk \(version); this one reads format \(Baseline.format)"
    }
  }
}

extension Baseline {
  /// The whole as JSON; ends in a newline.
  public func json() -> String {
    let body = JSONValue.list(scripts.map(\.json))
    return JSONValue.object([
      ("souk_baseline", .integer(Int64(Self.format))), ("version", .text(version)), ("scripts", body), ("digest", .text(Self.digest(of: body))),
    ]).text() + "\n"
  }

  /// What was written.
  public init(json: String) throws(BaselineProblem) {
    guard let root = JSONValue(json) else { throw .damaged("it isn't JSON, or not all of it is there") }
    guard case .number(let format)? = root["souk_baseline"], case .text(let version)? = root["version"] else { throw .foreign }
    guard format == Double(Self.format) else { throw .newer(format: Int(clamping: Int64(format.isFinite ? min(max(format, 0), 1e9) : 0)), version: version) }
    guard let scripts = root["scripts"]?.items, case .text(let digest)? = root["digest"] else { throw .damaged("parts of it are missing") }
    var read: [ScriptBaseline] = []
    for script in scripts {
      guard let script = ScriptBaseline(script) else { throw .damaged("parts of it are missing") }
      read.append(script)
    }
    self.init(version: version, scripts: read)
    // What was read, written again, is what was written.
    guard digest == Self.digest(of: .list(read.map(\.json))) else { throw .damaged("it was changed after it was written") }
  }

  private static func digest(of body: JSONValue) -> String {
    var digest = Fingerprint()
    digest.add(body.line)
    return digest.text
  }
}

/// A 64-bit digest (FNV-1a) of words and texts.
public struct Fingerprint: Sendable {
  public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325
  public init() {}

  /// Adds a text's bytes.
  public mutating func add(_ text: String) { for byte in text.utf8 { add(byte: byte) } }

  /// Adds bytes.
  public mutating func add(_ bytes: some Sequence<UInt8>) { for byte in bytes { add(byte: byte) } }

  /// Adds a number by its bits.
  public mutating func add(_ x: Double) { add(word: x.bitPattern) }

  /// Adds a word, the lowest byte first.
  public mutating func add(word: UInt64) { for shift in stride(from: 0, to: 64, by: 8) { add(byte: UInt8(truncatingIfNeeded: word >> UInt64(shift))) } }

  private mutating func add(byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }

  var text: String { Self.text(value) }

  /// 16 hexadecimal digits.
  static func text(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  static func value(_ text: String) -> UInt64? { text.utf8.count == 16 ? UInt64(text, radix: 16) : nil }
}

extension JSONValue {
  var items: [JSONValue]? { if case .list(let items) = self { items } else { nil } }
  var string: String? { if case .text(let text) = self { text } else { nil } }
  var double: Double? {
    switch self {
    case .number(let x): x
    case .integer(let x): Double(x)
    default: nil
    }
  }
  var truth: Bool? { if case .bool(let truth) = self { truth } else { nil } }
  var count: Int? { double.flatMap { $0 >= 0 && $0 < 1e9 && $0 == $0.rounded() ? Int($0) : nil } }

  /// Numbers, null where there is none.
  static func numbers(_ values: [Double?]) -> JSONValue { .list(values.map { .optional($0) }) }

  var numbers: [Double?]? {
    guard let items else { return nil }
    var out: [Double?] = []
    for item in items {
      if case .null = item { out.append(nil) } else if let x = item.double { out.append(x) } else { return nil }
    }
    return out
  }

  /// Each item read; nil when there is no list, or one can't be read.
  func read<T>(_ make: (JSONValue) -> T?) -> [T]? {
    guard let items else { return nil }
    var out: [T] = []
    for item in items {
      guard let one = make(item) else { return nil }
      out.append(one)
    }
    return out
  }
}

extension ScriptBaseline {
  var json: JSONValue {
    .object([
      ("path", .text(path)), ("digest", .text(Fingerprint.text(digest))), ("given", .list(given.map { .text($0) })),
      ("runs", .list(runs.map(\.json))), ("values", .list(values.map(\.json))),
    ])
  }

  init?(_ json: JSONValue) {
    guard let path = json["path"]?.string, let digest = json["digest"]?.string.flatMap(Fingerprint.value), let given = json["given"]?.read(\.string),
      let runs = json["runs"]?.read({ RunBaseline($0) }), let values = json["values"]?.read({ ValueBaseline($0) })
    else { return nil }
    self.init(path: path, digest: digest, given: given, runs: runs, values: values)
  }
}

extension RunBaseline {
  var json: JSONValue {
    .object([
      ("name", .text(name)), ("model", .text(model)), ("seed", .text("\(seed)")), ("span", .number(span)), ("warmup", .number(warmup)),
      ("exact", .bool(isExact)), ("replications", .integer(Int64(replications))), ("values", .object(values.map { ($0.path, .text($0.text)) })), ("things", .list(things.map(\.json))),
    ])
  }

  init?(_ json: JSONValue) {
    guard let name = json["name"]?.string, let model = json["model"]?.string, let seed = json["seed"]?.string.flatMap({ UInt64($0) }),
      let span = json["span"]?.double, let warmup = json["warmup"]?.double, let isExact = json["exact"]?.truth,
      let replications = json["replications"]?.count, case .object(let members)? = json["values"], let things = json["things"]?.read({ ThingBaseline($0) }),
      things.allSatisfy({ $0.fingerprints.count == replications && $0.statistics.allSatisfy { $0.values.count == replications } })
    else { return nil }
    self.init(
      name: name, model: model, seed: seed, span: span, warmup: warmup, isExact: isExact, replications: replications,
      values: members.map { ($0.0, $0.1.string ?? "") }, things: things)
  }
}

extension ThingBaseline {
  var json: JSONValue {
    .object([
      ("kind", .text(kind)), ("path", .text(path)), ("fingerprints", .list(fingerprints.map { .text(Fingerprint.text($0)) })),
      ("statistics", .list(statistics.map(\.json))),
    ])
  }

  init?(_ json: JSONValue) {
    guard let kind = json["kind"]?.string, let path = json["path"]?.string,
      let fingerprints = json["fingerprints"]?.read({ $0.string.flatMap(Fingerprint.value) }),
      let statistics = json["statistics"]?.read({ StatisticBaseline($0) })
    else { return nil }
    self.init(kind: kind, path: path, fingerprints: fingerprints, statistics: statistics)
  }
}

extension StatisticBaseline {
  var json: JSONValue {
    .object([("name", .text(name)), ("unit", .text(unit)), ("per_unit", .number(perUnit)), ("values", .numbers(values))])
  }

  init?(_ json: JSONValue) {
    guard let name = json["name"]?.string, let unit = json["unit"]?.string, let perUnit = json["per_unit"]?.double, let values = json["values"]?.numbers
    else { return nil }
    self.init(name: name, unit: unit, perUnit: perUnit, values: values)
  }
}

extension ValueBaseline {
  var json: JSONValue {
    .object([
      ("check", .text(check)), ("expression", .text(expression)), ("seed", seed.map { .text("\($0)") } ?? .null), ("exact", .bool(isExact)),
      ("unit", .text(unit)), ("per_unit", .number(perUnit)), ("values", .numbers(values)),
    ])
  }

  init?(_ json: JSONValue) {
    guard let check = json["check"]?.string, let expression = json["expression"]?.string, let isExact = json["exact"]?.truth,
      let unit = json["unit"]?.string, let perUnit = json["per_unit"]?.double, let values = json["values"]?.numbers
    else { return nil }
    self.init(
      check: check, expression: expression, seed: json["seed"]?.string.flatMap { UInt64($0) }, isExact: isExact, unit: unit, perUnit: perUnit, values: values)
  }
}
