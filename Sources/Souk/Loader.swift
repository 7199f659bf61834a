// A script's file and everything it imports → source files, syntax trees and their order. The only place where scripts are
// read. Nothing outside the script's own folder is read, whatever links or `..` stand in a name: the real path of each
// imported file must lie below the real path of the folder.
//
// Imports are followed depth first; a module is added to the list once all of its imports are there, which gives the
// order of dependencies. A file that is met again while its own imports are being followed closes a cycle.

import SoukLibrary
public import SoukSyntax
public import SoukText

/// Limits on what is read.
public struct ReadLimits: Sendable {
  /// Bytes of one script or data file.
  public var fileBytes = 16 * 1024 * 1024
  /// How many files deep imports may go.
  public var importDepth = 64
  public init() {}
}

/// One file of a script, or a module of the library, in the order of dependencies.
public struct Module: Sendable {
  public var file: FileID
  /// Its real path, or `std.payments`.
  public var key: String
  /// Indices of the modules that it imports, in the order in which it names them.
  public var imports: [Int]
  public var isLibrary: Bool
}

/// A script and what it imports, read and parsed.
public struct LoadedScript: Sendable {
  /// The script is file 0.
  public var sources = SourceSet()
  /// By file: the tokens and the tree.
  public var parsed: [ParseResult] = []
  /// In the order of dependencies, the script last.
  public var modules: [Module] = []
  /// Mistakes of form, and imports that could not be read.
  public var diagnostics: [Diagnostic] = []
  /// Whether every import was found; if not, names can't be checked.
  public var importsComplete = true
  /// By file: the folder that names in it are relative to; `nil` for library modules.
  var folders: [String?] = []
  /// The real path of the script's folder, which nothing outside of is read.
  var root = ""
  /// The folders of files that were loaded into a session; each confines what lies in it.
  var loadedRoots: [String] = []

  /// The script's own tokens and tree.
  public var script: ParseResult { parsed[0] }
}

/// Reads a script with its imports.
public struct Loader {
  private var loaded = LoadedScript()
  private let limits: ReadLimits
  private let followsImports: Bool
  /// Module by key once its imports are complete, `nil` while they are followed.
  private var moduleByKey: [String: Int?] = [:]
  /// The modules on the way from the script to the one being read.
  private var chain: [(key: String, name: String)] = []

  private init(limits: ReadLimits, followsImports: Bool) {
    self.limits = limits
    self.followsImports = followsImports
  }

  /// Reads the script at `path` and its imports. Throws when the script itself can't be read; what is wrong
  /// with its imports or its text is in the result's diagnostics.
  public static func load(_ path: String, limits: ReadLimits = ReadLimits()) throws(FileProblem) -> LoadedScript {
    let bytes = try Files.read(path, limit: limits.fileBytes)
    return load(bytes, name: path, folder: Files.folder(of: path), key: Files.resolved(path) ?? path, limits: limits)
  }

  /// Takes a script's text that was read elsewhere (standard input, the prompt, an embedding program) and reads its imports
  /// from `folder`, unless only its form is of interest.
  public static func load(
    _ bytes: [UInt8], name: String, folder: String = ".", key: String = "", limits: ReadLimits = ReadLimits(),
    followingImports: Bool = true
  ) -> LoadedScript {
    var loader = Loader(limits: limits, followsImports: followingImports)
    loader.loaded.root = Files.resolved(folder) ?? folder
    DeepStack.run { _ = loader.add(bytes, name: name, key: key, folder: folder, isLibrary: false) }
    loader.loaded.diagnostics.sort { ($0.primary.span.file, $0.primary.span.lower) < ($1.primary.span.file, $1.primary.span.lower) }
    return loader.loaded
  }

  /// A script with one more text at its end, whose imports are read from `folder`; `diagnostics` is what is wrong with these alone.
  static func add(_ bytes: [UInt8], name: String, key: String, folder: String, to script: LoadedScript) -> LoadedScript {
    var loader = Loader(limits: ReadLimits(), followsImports: true)
    loader.loaded = script
    loader.loaded.diagnostics = []
    if let root = Files.resolved(folder), root != script.root, !script.loadedRoots.contains(root) { loader.loaded.loadedRoots.append(root) }
    for (index, module) in script.modules.enumerated() { loader.moduleByKey[module.key] = .some(index) }
    DeepStack.run { _ = loader.add(bytes, name: name, key: key, folder: folder, isLibrary: false) }
    return loader.loaded
  }

  /// Parses one file, then its imports, then adds it; its index in the list of modules.
  private mutating func add(_ bytes: [UInt8], name: String, key: String, folder: String?, isLibrary: Bool) -> Int {
    let file = loaded.sources.add(name: name, bytes: bytes)
    loaded.folders.append(folder)
    loaded.parsed.append(parse(loaded.sources[file]))
    loaded.diagnostics += loaded.parsed[Int(file.index)].diagnostics
    moduleByKey[key] = .some(nil)
    chain.append((key, name))
    var imports: [Int] = []
    for item in loaded.parsed[Int(file.index)].tree.items {
      guard followsImports, case .importing(let targets) = item.kind else { continue }
      for target in targets {
        if let module = follow(target, from: file) {
          imports.append(module)
        } else {
          loaded.importsComplete = false
        }
      }
    }
    chain.removeLast()
    loaded.modules.append(Module(file: file, key: key, imports: imports, isLibrary: isLibrary))
    let index = loaded.modules.count - 1
    moduleByKey[key] = index
    return index
  }

  private mutating func follow(_ target: ImportTarget, from file: FileID) -> Int? {
    switch target {
    case .library(let names, let span): followLibrary(names.map(\.text).joined(separator: "."), at: span)
    case .file(let name): followFile(name, from: file)
    }
  }

  private mutating func report(_ diagnostic: Diagnostic) -> Int? {
    loaded.diagnostics.append(diagnostic)
    return nil
  }

  private mutating func followLibrary(_ name: String, at span: Span) -> Int? {
    if let known = moduleByKey[name] { return known ?? report(cycle(backTo: name, at: span)) }
    if let module = LibraryModule.named(name) {
      return add(Array(module.text.utf8), name: name, key: name, folder: nil, isLibrary: true)
    }
    return report(ImportProblem.unknownModule(name, at: span))
  }

  private mutating func followFile(_ literal: StringLiteral, from file: FileID) -> Int? {
    let span = literal.span
    guard let name = literal.plain else { return report(ImportProblem.nameNotPlain(at: span)) }
    guard let folder = loaded.folders[Int(file.index)] else { return report(ImportProblem.fileFromLibrary(name, at: span)) }
    do throws(ConfinedProblem) {
      let (path, key) = try loaded.confined(name, in: folder)
      if let known = moduleByKey[key] { return known ?? report(cycle(backTo: key, at: span)) }
      guard chain.count < limits.importDepth else { return report(ImportProblem.tooDeep(limits.importDepth, at: span)) }
      let bytes: [UInt8]
      do throws(FileProblem) { bytes = try Files.read(key, limit: limits.fileBytes) } catch { throw .file(error) }
      return add(bytes, name: path, key: key, folder: Files.folder(of: path), isLibrary: false)
    } catch {
      return report(ImportProblem.diagnostic(error, name: name, at: span))
    }
  }

  private func cycle(backTo key: String, at span: Span) -> Diagnostic {
    let names = chain.drop { $0.key != key }.map(\.name)
    let circle = (names + names.prefix(1)).joined(separator: " imports ")
    return Diagnostic(
      "E0508", "these files import each other in a circle", at: span, circle,
      hints: [Hint("move what both need into a file of its own, and import that in both")])
  }
}

// MARK: Names of files

/// Why a file that a script names isn't read.
enum ConfinedProblem: Error {
  case outside
  case file(FileProblem)
}

extension LoadedScript {
  /// The path of the plain file called `name` in `folder`, as messages show it and as it really is.
  func confined(_ name: String, in folder: String) throws(ConfinedProblem) -> (path: String, real: String) {
    let path = Files.join(folder, name)
    let resolved = Files.resolved(path)
    // What isn't there has no real path, but a name that leaves the folder tells nothing of what is there.
    guard staysInside(resolved ?? lexically(path), of: folder) else { throw .outside }
    guard let resolved, let kind = Files.kind(of: resolved) else {
      throw .file(FileProblem(kind: .missing, path: path, reason: ""))
    }
    switch kind {
    case .file: return (path, resolved)
    case .folder: throw .file(FileProblem(kind: .folder, path: path, reason: ""))
    case .other: throw .file(FileProblem(kind: .unreadable, path: path, reason: "it is a device or a pipe"))
    }
  }

  /// Whether a real path lies in the folder that confines the files of `folder`.
  private func staysInside(_ real: String, of folder: String) -> Bool {
    func lies(_ path: String, in root: String) -> Bool { path == root || path.hasPrefix(root.hasSuffix("/") ? root : root + "/") }
    let home = Files.resolved(folder) ?? folder
    return ([root] + loadedRoots).contains { real != $0 && lies(real, in: $0) && ($0 == root && loadedRoots.isEmpty || lies(home, in: $0)) }
  }

  /// The path with `.` and `..` taken away without looking, from the real path of its nearest folder that exists.
  private func lexically(_ path: String) -> String {
    var missing: [Substring] = []
    var rest = path
    while Files.resolved(rest) == nil, let slash = rest.lastIndex(of: "/") {
      missing.append(rest[rest.index(after: slash)...])
      rest = slash == rest.startIndex ? "/" : String(rest[..<slash])
    }
    if let real = Files.resolved(rest) {
      rest = real
    } else {
      missing.append(rest[...])
      rest = Files.resolved(".") ?? "/"
    }
    var parts = rest.split(separator: "/")
    for part in missing.reversed() where part != "." && !part.isEmpty {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  /// The path of a file that a script wants to write beside itself; `nil` when it would lie outside the script's folder.
  public func exportPath(_ name: String) -> String? {
    let folder = folders.first.flatMap { $0 } ?? "."
    let path = Files.join(folder, name)
    return staysInside(Files.resolved(path) ?? lexically(path), of: folder) ? path : nil
  }
}
