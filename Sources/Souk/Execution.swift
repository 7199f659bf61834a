// A checked script, executed: what it has to say goes to a sink as it is said, the files it exports are written, and the end
// of it has a status.

public import SoukReport
public import SoukScript
import SoukSema
public import SoukText

/// What an execution says, in order.
public enum Said: Sendable {
  case item(ReportItem)
  /// Something suspicious that doesn't stop it.
  case warning(Diagnostic)
  /// What stopped the script.
  case failure(Diagnostic)
  /// A file that could not be written.
  case unwritten(FileProblem)
}

/// How an execution ended.
public struct Outcome: Sendable {
  public var result: ScriptResult
  public var status: ExitStatus
  /// The whole as a document for machines.
  public var document: ReportDocument
}

extension Pipeline {
  /// typed program → elaborated model → compiled model → sample path → statistics, as often as the script asks; → report.
  ///
  /// Exports are written beside the script. The script must be sound.
  public static func execute(_ checked: CheckedScript, options: ScriptOptions, sink: @escaping (Said) -> Void) -> Outcome {
    var unwritten: Set<String> = []
    let interpreter = Interpreter(program: checked.program, sources: checked.script.sources, options: checked.script.reading(options)) { event in
      let said = checked.script.carryOut(event)
      if case .unwritten = said, case .item(.export(let data)) = event { unwritten.insert(data.file) }
      sink(said)
    }
    let result = DeepStack.run { interpreter.runAll() }
    let items = result.items.filter { if case .export(let data) = $0 { !unwritten.contains(data.file) } else { true } }
    let status = !unwritten.isEmpty && result.isComplete ? .wrong : ExitStatus(rawValue: result.exitCode) ?? .wrong
    return Outcome(
      result: result, status: status,
      document: ReportDocument(
        script: checked.script.sources[FileID(0)].name, version: soukVersion, seed: result.seed, items: items,
        isComplete: result.isComplete, exitCode: status.rawValue))
  }
}

extension Said {
  init(_ event: ScriptEvent) {
    self =
      switch event {
      case .item(let item): .item(item)
      case .warning(let diagnostic): .warning(diagnostic)
      case .failure(let diagnostic): .failure(diagnostic)
      }
  }
}

extension LoadedScript {
  /// Does what an event asks of the surroundings, and gives what is to be said of it: that a file was exported is said when
  /// it was.
  func carryOut(_ event: ScriptEvent) -> Said {
    if case .item(.export(let data)) = event {
      do throws(FileProblem) { try write(data) } catch { return .unwritten(error) }
    }
    return Said(event)
  }

  /// The options with what an execution of this script may read: files in the folder of the one that names them.
  func reading(_ options: ScriptOptions) -> ScriptOptions {
    var options = options
    options.version = soukVersion
    options.readFile = { name, place in
      guard let folder = folders[Int(place.file.index)] else { return .failure(UnreadFile(reason: "the library reads no files")) }
      do throws(ConfinedProblem) {
        let (_, real) = try confined(name, in: folder)
        do throws(FileProblem) {
          return .success(String(decoding: try Files.read(real, limit: ReadLimits().fileBytes), as: UTF8.self))
        } catch { throw .file(error) }
      } catch {
        switch error {
        case .outside: return .failure(UnreadFile(reason: "it lies outside of the script's folder"))
        case .file(let problem): return .failure(UnreadFile(reason: problem.message))
        }
      }
    }
    return options
  }

  /// Writes exported data beside the script, as a whole or not at all.
  func write(_ data: ExportData) throws(FileProblem) {
    let ending = data.text == nil ? ".csv" : ".souksim"
    guard data.file.hasSuffix(ending) else {
      let what = data.text == nil ? "exports are CSV" : "this is a paused simulation"
      throw FileProblem(kind: .unwritable, path: data.file, reason: "\(what), so the name must end in \(ending)")
    }
    guard let path = exportPath(data.file) else {
      throw FileProblem(kind: .unwritable, path: data.file, reason: "it lies outside of the script's folder")
    }
    try Files.replace(path, with: Array((data.text ?? data.csv).utf8))
  }
}
