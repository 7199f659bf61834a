// The walls of the house: docs/architecture.md tells the same arrows as Package.swift, and the sources keep to them.

import Foundation
import Testing

@Suite struct ArchitectureTests {
  /// Rooms of Package.swift with what they use, in its order.
  static let rooms: [(name: String, uses: [String])] = {
    let manifest = (try? Repository.text("Package.swift")) ?? ""
    return manifest.matches(of: /room\("(\w+)"(?:, uses: \[([^\]]*)\])?/).map { match in
      (String(match.1), (match.2 ?? "").matches(of: /"(\w+)"/).map { String($0.1) })
    }
  }()

  @Test func arrowsRunOneWay() {
    #expect(Self.rooms.count >= 13)
    for (index, room) in Self.rooms.enumerated() {
      let earlier = Set(Self.rooms[..<index].map(\.name) + ["CReadline", "CVariateBlocks"])
      #expect(Set(room.uses).isSubset(of: earlier), "\(room.name) uses something that stands after it")
    }
  }

  /// Each room has its paragraph `### Name`, whose line `Uses:` lists exactly the arrows of the manifest, and which says what
  /// it takes, gives and knows nothing of.
  @Test(arguments: rooms.map(\.name)) func roomIsDescribed(_ name: String) throws {
    let page = try Repository.text("docs/architecture.md")
    let sections = page.split(separator: "\n### ").dropFirst()
    let section = try #require(sections.first { $0.hasPrefix("\(name)\n") }, "docs/architecture.md has no ### \(name)")
    let lines = section.split(separator: "\n")
    func line(_ word: String) -> Substring? { lines.first { $0.hasPrefix("- \(word): ") }?.dropFirst(word.count + 4) }
    #expect(line("Takes") != nil && line("Gives") != nil && line("Knows nothing of") != nil)
    let uses = try #require(line("Uses"))
    let told = uses == "nothing" ? [] : uses.dropLast(uses.hasSuffix(".") ? 1 : 0).split(separator: ", ").map(String.init)
    let room = try #require(Self.rooms.first { $0.name == name })
    #expect(told == room.uses)
  }

  /// The inner rooms know no file and no platform: neither Foundation nor the C library.
  @Test(arguments: rooms.map(\.name).filter { !["Souk", "SoukPrompt"].contains($0) })
  func innerRoomsKnowNoPlatform(_ name: String) throws {
    for path in Repository.files(below: "Sources/\(name)", extension: "swift") {
      for line in try Repository.text(path).split(separator: "\n") {
        #expect(
          line.firstMatch(of: /^\s*(public |package |internal |private |fileprivate )?import (Foundation|Glibc|Musl|Darwin)/) == nil,
          "\(path): \(line)")
      }
    }
  }

  /// Each module of the house is in the list of the house: a folder of Sources is a target and the other way round.
  @Test func everyFolderIsATarget() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Repository.root.appending(path: "Sources").systemPath)
    let targets = Self.rooms.map(\.name) + ["CReadline", "CVariateBlocks", "souk-cli", "embed-texts"]
    #expect(folders.filter { !$0.hasPrefix(".") }.sorted() == targets.sorted())
  }
}
