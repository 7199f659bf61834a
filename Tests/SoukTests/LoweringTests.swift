// Scripts are lowered and the compiled models looked at: sound by their own tables, the same bytes each time, and for
// small scripts the whole disassembly.

import Foundation
import SoukModel
import SoukSema
import SoukText
import Testing

@testable import Souk
@testable import SoukLower

enum Lowered {
  /// Checks a script's text and lowers its first model.
  static func model(_ text: String, arguments: [MemberID: Value] = [:], options: LowerOptions = LowerOptions()) throws -> LoweredModel {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("souk-lowering-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("script.souk")
    try text.write(to: file, atomically: true, encoding: .utf8)
    return try model(at: file.path, arguments: arguments, options: options)
  }

  static func model(at path: String, arguments: [MemberID: Value] = [:], options: LowerOptions = LowerOptions()) throws -> LoweredModel {
    let checked = Pipeline.check(try Pipeline.read(path))
    guard checked.isSound else { throw LoweringFailure(diagnostics: checked.diagnostics) }
    guard let scope = checked.program.scopes.indices.last(where: { !checked.program.scopes[$0].isComponent }) else {
      throw LoweringFailure(diagnostics: [])
    }
    let program = checked.program
    return try lower(program, model: ScopeID(scope), arguments: arguments, evaluator: Evaluator(program: program), options: options)
  }
}

@Suite struct LoweringTests {
  @Test func everyModelOfCasesAndTourIsSound() throws {
    let fold = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")
    var scripts = try FileManager.default.contentsOfDirectory(atPath: fold.path).filter { $0.hasSuffix(".souk") }.sorted().map { fold.appendingPathComponent($0).path }
    if let extra = ProcessInfo.processInfo.environment["SOUK_LOWER"] { scripts = extra.split(separator: " ").map(String.init) }
    var lowered = 0
    for path in scripts {
      do {
        let model = try Lowered.model(at: path)
        if ProcessInfo.processInfo.environment["SOUK_DUMP"] != nil { print(path); print(dump(model.model)) }
        #expect(verify(model.model).isEmpty, "\(path)")
        lowered += 1
      } catch let failure as LoweringFailure {
        for d in failure.diagnostics { print(path, d.code.text, d.message, d.primary.span.lower, d.primary.text) }
      } catch {
        print(path, error)
      }
    }
    print("lowered \(lowered) of \(scripts.count)")
    #expect(lowered > 0)
  }
}
