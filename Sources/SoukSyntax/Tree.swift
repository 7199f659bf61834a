// The syntax tree: what the parser makes of a file's tokens. It knows nothing of what a name means.
// Every node has its span; the tokens (with their white space and comments) stay beside the tree, so that
// the file can be given back byte for byte. Where the text is broken the tree has `.missing` expressions and
// the list of diagnostics has the reason.

public import SoukText

/// A name as written, with its place.
public struct Name: Hashable, Sendable {
  public var text: String
  public var span: Span
  public init(_ text: String, _ span: Span) {
    self.text = text
    self.span = span
  }
}

/// The tree of one file.
public struct SyntaxTree: Sendable {
  public var file: FileID
  public var items: [Item]
  /// `##` lines at the top of the file, followed by a blank line or the first item's own docs.
  public var docs: String?
  public init(file: FileID, items: [Item], docs: String? = nil) {
    self.file = file
    self.items = items
    self.docs = docs
  }
}

// MARK: Items

/// Something at the top level of a file.
public struct Item: Sendable {
  public var kind: Kind
  public var span: Span
  /// Text of the `##` lines before it (or trailing on its line), markers removed.
  public var docs: String?

  public enum Kind: Sendable {
    case importing([ImportTarget])
    case units(UnitDeclaration)
    case function(FunctionDeclaration)
    case binding(Binding)
    case scenario(Name, Expression)
    case model(ModelDeclaration)
    case component(ModelDeclaration)
    case table(TableDeclaration)
    case record(Name, [Parameter])
    case choice(Name, [Name])
    case test(name: StringLiteral, body: [Step])
    case check(Check)
    case print(Expression)
    case plot([Expression], options: [Field])
    case export(Expression, to: StringLiteral)
    case condition(Expression, then: [Item], otherwise: [Item]?)
    case loop(Name, in: Expression, body: [Item])
    case settings([Field])
    /// `advance s by d`, `advance s to t`, `advance s until cond`.
    case advance(Expression, AdvanceTarget)
    case expression(Expression)
    case missing
  }

  public enum AdvanceTarget: Sendable { case by(Expression), to(Expression), until(Expression) }

  public init(_ kind: Kind, _ span: Span, docs: String? = nil) {
    self.kind = kind
    self.span = span
    self.docs = docs
  }
}

/// `std.payments`, or the name of a file beside this one.
public enum ImportTarget: Sendable {
  case library([Name], Span)
  case file(StringLiteral)
}

public enum UnitDeclaration: Sendable {
  /// `unit order, payment`
  case counts([Name])
  /// `unit USD = 6.64 CNY on 2017-11-10`, `unit dozen = 12 order`
  case derived(Name, Expression, on: Expression?)
}

public struct Parameter: Sendable {
  public var name: Name
  public var type: TypeExpression?
  public var value: Expression?
  /// Table columns only: `key name: Text`.
  public var isKey: Bool
  public var docs: String?
  public init(name: Name, type: TypeExpression?, value: Expression?, isKey: Bool = false, docs: String? = nil) {
    self.name = name
    self.type = type
    self.value = value
    self.isKey = isKey
    self.docs = docs
  }
}

public struct FunctionDeclaration: Sendable {
  public var name: Name
  public var parameters: [Parameter]
  public var result: TypeExpression?
  public var body: Body
  public enum Body: Sendable { case expression(Expression), steps([Step], Span) }
  public init(name: Name, parameters: [Parameter], result: TypeExpression?, body: Body) {
    self.name = name
    self.parameters = parameters
    self.result = result
    self.body = body
  }
}

/// `let name: type = value` or `var …` or `param …` (whose value may be absent).
public struct Binding: Sendable {
  public var name: Name
  public var type: TypeExpression?
  public var value: Expression?
  public var span: Span
  public var docs: String?
  public init(name: Name, type: TypeExpression?, value: Expression?, span: Span, docs: String? = nil) {
    self.name = name
    self.type = type
    self.value = value
    self.span = span
    self.docs = docs
  }
}

public struct TableDeclaration: Sendable {
  public var name: Name
  public var columns: [Parameter]
  public var rows: Rows
  public enum Rows: Sendable {
    case inline([[Expression]])
    /// `= csv("hubs.csv")`
    case data(Expression)
  }
  public init(name: Name, columns: [Parameter], rows: Rows) {
    self.name = name
    self.columns = columns
    self.rows = rows
  }
}

/// `check predicted "ten billion": … confidence 99%`
public struct Check: Sendable {
  public enum Standing: String, Sendable { case calibrated, predicted }
  public var standing: Standing?
  public var name: StringLiteral
  public var claim: Expression
  public var confidence: Expression?
  public var span: Span
  public init(standing: Standing?, name: StringLiteral, claim: Expression, confidence: Expression?, span: Span) {
    self.standing = standing
    self.name = name
    self.claim = claim
    self.confidence = confidence
    self.span = span
  }
}

/// `name: value`
public struct Field: Sendable {
  public var name: Name
  public var value: Expression
  public init(name: Name, value: Expression) {
    self.name = name
    self.value = value
  }
}

// MARK: Models

/// A `model` or a `component`.
public struct ModelDeclaration: Sendable {
  public var name: Name
  public var members: [Member]
  public init(name: Name, members: [Member]) {
    self.name = name
    self.members = members
  }
}

public struct Member: Sendable {
  public var kind: Kind
  public var span: Span
  public var docs: String?

  public enum Kind: Sendable {
    /// `start: 2017-11-11`, `scale: 1/1000`
    case field(Field)
    case parameter(Binding)
    case binding(Binding)
    /// `var seen: Time = 0 s`: what a component remembers.
    case variable(Binding)
    case thing(Thing)
    case journey(Name, [Parameter], [Step])
    case action(Name, [Parameter], result: TypeExpression?, [Step])
    case function(FunctionDeclaration)
    case table(TableDeclaration)
    case choice(Name, [Name])
    case invariant(Name, Expression)
    case process(Process)
    case missing
  }

  public init(_ kind: Kind, _ span: Span, docs: String? = nil) {
    self.kind = kind
    self.span = span
    self.docs = docs
  }
}

/// `KIND name { … }` or `KIND name[k in Table] { … }`
public struct Thing: Sendable {
  public var kind: Name
  public var name: Name
  public var index: Index?
  public var fields: [Field]
  public struct Index: Sendable {
    public var variable: Name
    public var table: Expression
    public init(variable: Name, table: Expression) {
      self.variable = variable
      self.table = table
    }
  }
  public init(kind: Name, name: Name, index: Index?, fields: [Field]) {
    self.kind = kind
    self.name = name
    self.index = index
    self.fields = fields
  }
}

/// `every 15 s { … }`, `at 00:05 { … }`, `on pressure > 3 { … }`: nobody's journey.
public struct Process: Sendable {
  public enum Trigger: String, Sendable { case every, at, on }
  public var trigger: Trigger
  public var head: Expression
  public var body: [Step]
  public init(trigger: Trigger, head: Expression, body: [Step]) {
    self.trigger = trigger
    self.head = head
    self.body = body
  }
}

// MARK: Steps

public struct Step: Sendable {
  public var kind: Kind
  public var span: Span

  public indirect enum Kind: Sendable {
    case binding(Binding)
    case variable(Binding)
    /// `use station for d priority p patience t else { … }`
    case use(Expression, for: Expression?, Clauses)
    /// `hold 1 courier of riders priority p patience t { body } else { … }`
    case hold(Expression, of: Expression, Clauses, body: [Step])
    case seize(Expression, of: Expression, Clauses)
    case release(Expression, of: Expression)
    case put(Expression, into: Expression, Clauses)
    case take(Expression, from: Expression, Clauses)
    /// `transfer x from a to b else { … }`: the else runs when the account hasn't got it.
    case transfer(Expression, from: Expression, to: Expression, otherwise: [Step]?)
    case reserve(Expression, of: Expression, otherwise: [Step]?)
    /// `capture x of a to b else { … }`: the else runs when this journey has reserved less.
    case capture(Expression, of: Expression, to: Expression, otherwise: [Step]?)
    case await(Expression, Clauses)
    case join(Expression, Clauses, body: [Step]?)
    case set(Expression, Expression)
    case add(Expression, Expression)
    case record(Expression, Expression)
    case count(Expression, Expression?)
    case wait(Expression)
    case waitUntil(Expression)
    case choose([Arm])
    case spawn(Expression)
    case first([RaceArm])
    case leave(as: StringLiteral?)
    case condition(Expression, then: [Step], otherwise: [Step]?)
    case whileLoop(Expression, body: [Step])
    case forLoop(Name, in: Expression, body: [Step])
    case returning(Expression?)
    /// `time measure { body }`
    case time(Expression, body: [Step])
    case expect(Expression)
    case print(Expression)
    case advance(Expression, Item.AdvanceTarget)
    case expression(Expression)
    case missing
  }

  public init(_ kind: Kind, _ span: Span) {
    self.kind = kind
    self.span = span
  }
}

/// What may follow a waiting verb.
public struct Clauses: Sendable {
  public var priority: Expression?
  public var patience: Expression?
  public var otherwise: [Step]?
  public init(priority: Expression? = nil, patience: Expression? = nil, otherwise: [Step]? = nil) {
    self.priority = priority
    self.patience = patience
    self.otherwise = otherwise
  }
}

/// `94% => steps`, `else => steps`
public struct Arm: Sendable {
  /// `nil` for `else`.
  public var chance: Expression?
  public var body: [Step]
  public var span: Span
  public init(chance: Expression?, body: [Step], span: Span) {
    self.chance = chance
    self.body = body
    self.span = span
  }
}

/// `use till => steps` in `first { … }`: a waiting step, then what to do when it ends first.
public struct RaceArm: Sendable {
  public var head: Step
  public var body: [Step]
  public var span: Span
  public init(head: Step, body: [Step], span: Span) {
    self.head = head
    self.body = body
    self.span = span
  }
}

// MARK: Expressions

public struct Expression: Sendable {
  public var kind: Kind
  public var span: Span

  public indirect enum Kind: Sendable {
    case name(String)
    case number(NumberLiteral)
    case string(StringLiteral)
    /// `2017-11-11`, `2017-11-11T00:00+08:00`, as written
    case date(String)
    /// `00:03`, as written
    case clock(String)
    /// `?`
    case hole
    case list([Expression])
    case group(Expression)
    case negate(Expression)
    case not(Expression)
    case binary(BinaryOperator, Expression, Expression, operatorSpan: Span)
    /// `x to CNY/payment`
    case convert(Expression, UnitText)
    case range(Expression, Expression, step: Expression?)
    case call(Expression, [Argument])
    case member(Expression, Name)
    case index(Expression, Expression)
    /// `curve(steps) { 00:00 => 1/s, … }`, `mix { 90% => "mobile" }`
    case entries(Expression, [Entry])
    case ifElse(Expression, then: Expression, otherwise: Expression)
    case lambda([Parameter], Expression)
    case spawn(Expression)
    /// `choose x in list weight e`, `choose x in list logit e`
    case choose(ChooseExpression)
    /// `256k payment/s from "S3-09"`
    case sourced(Expression, StringLiteral)
    /// `30 min assumed`
    case assumed(Expression)
    /// `x at 28 s`
    case at(Expression, Expression)
    /// `x during 0 h..1 h`
    case during(Expression, Expression)
    /// `a within 2% of b`; without `of`, the precision that a run is to reach
    case within(Expression, tolerance: Expression, of: Expression?)
    case experiment(Experiment)
    /// Where an expression was expected and none was found.
    case missing
  }

  public init(_ kind: Kind, _ span: Span) {
    self.kind = kind
    self.span = span
  }
}

public enum BinaryOperator: String, Sendable, Hashable {
  case add = "+", subtract = "-", multiply = "*", divide = "/", power = "^", modulo = "mod"
  case less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">=", equal = "==", notEqual = "!="
  case and, or, contains

  public var isComparison: Bool {
    switch self {
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual: true
    default: false
    }
  }
}

/// `256k payment/s`, `95%`, `6000万`: the value with its scale and percent sign applied, and the unit's text.
public struct NumberLiteral: Sendable {
  public var value: Double
  public var isPercent: Bool
  public var unit: UnitText?
  /// The digits with scale and `%`, as written, without the unit.
  public var text: String
  public init(value: Double, isPercent: Bool, unit: UnitText?, text: String) {
    self.value = value
    self.isPercent = isPercent
    self.unit = unit
    self.text = text
  }
}

/// A unit as written: `CNY/payment`, `/s` (glued to a number), `%`.
public struct UnitText: Hashable, Sendable {
  public var text: String
  public var span: Span
  public init(_ text: String, _ span: Span) {
    self.text = text
    self.span = span
  }
}

public struct StringLiteral: Sendable {
  public enum Part: Sendable { case text(String), hole(Expression) }
  public var parts: [Part]
  public var span: Span
  public init(parts: [Part], span: Span) {
    self.parts = parts
    self.span = span
  }
  /// The text when there are no holes.
  public var plain: String? {
    var out = ""
    for part in parts {
      guard case .text(let text) = part else { return nil }
      out += text
    }
    return out
  }
}

public struct Argument: Sendable {
  public var label: Name?
  public var value: Expression
  /// `sum(x for k in Table)`: the value is taken for each element.
  public var generator: (variable: Name, source: Expression)?
  public init(label: Name?, value: Expression, generator: (variable: Name, source: Expression)? = nil) {
    self.label = label
    self.value = value
    self.generator = generator
  }
}

/// `key => value`, or `name: value` (a record's field by name)
public struct Entry: Sendable {
  public var key: Expression
  public var value: Expression
  /// Written `name: value`; the key is then that name.
  public var isField: Bool
  public init(key: Expression, value: Expression, isField: Bool = false) {
    self.key = key
    self.value = value
    self.isField = isField
  }
}

public struct ChooseExpression: Sendable {
  public enum Rule: Sendable { case weight, logit }
  public var variable: Name
  public var list: Expression
  public var rule: Rule
  public var score: Expression
  public init(variable: Name, list: Expression, rule: Rule, score: Expression) {
    self.variable = variable
    self.list = list
    self.rule = rule
    self.score = score
  }
}

/// The right side of a `let`, `print`, …: a simulation to be run.
public struct Experiment: Sendable {
  public enum Kind: String, Sendable { case run, start, fork, step, compare, sweep, fit }
  public var kind: Kind
  public var target: Expression
  /// `compare A to B`, `fit M … to data`, `step s by n`
  public var other: Expression?
  /// `sweep M over { … }`
  public var over: [Field]?
  public var settings: [Field]
  public init(kind: Kind, target: Expression, other: Expression? = nil, over: [Field]? = nil, settings: [Field]) {
    self.kind = kind
    self.target = target
    self.other = other
    self.over = over
    self.settings = settings
  }
}

// MARK: Types as written

public struct TypeExpression: Sendable {
  public enum Kind: Sendable {
    /// A unit, dimension, choice, record, table or a single-capital dimension variable: `CNY/payment`, `Time`, `X/Time`.
    case unit(UnitText)
    /// `Dist<Time>`, `List<CNY>`
    case applied(Name, [TypeExpression])
    /// `component cloud`
    case component(Name)
    /// `Time?`
    indirect case optional(TypeExpression)
    case missing
  }
  public var kind: Kind
  /// `live payment/s`: the value may change while the model runs.
  public var isLive: Bool
  public var span: Span
  public init(_ kind: Kind, isLive: Bool = false, _ span: Span) {
    self.kind = kind
    self.isLive = isLive
    self.span = span
  }
}
