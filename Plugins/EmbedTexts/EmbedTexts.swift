// A target's folder of texts → a Swift source that holds them, so that the program needs no files beside it. Of the ways to
// embed, this one has no list to keep: a page that is put into the folder is in the program.

import Foundation
import PackagePlugin

@main
struct EmbedTexts: BuildToolPlugin {
  /// The folders that are looked for in a target, and what their texts are called in Swift.
  static let folders = ["Explanations": "EmbeddedExplanations", "std": "EmbeddedModules"]

  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    try Self.folders.sorted { $0.key < $1.key }.compactMap { folder, type in
      let url = target.directoryURL.appending(path: folder)
      guard FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) else { return nil }
      let texts = try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)
        .filter { ["md", "souk"].contains($0.pathExtension) }
        .sorted { $0.lastPathComponent < $1.lastPathComponent }
      let output = context.pluginWorkDirectoryURL.appending(path: "\(type).swift")
      return .buildCommand(
        displayName: "Embedding \(folder) of \(target.name)", executable: try context.tool(named: "embed-texts").url,
        arguments: [type, output.path(percentEncoded: false)] + texts.map { $0.path(percentEncoded: false) }, inputFiles: texts, outputFiles: [output])
    }
  }
}
