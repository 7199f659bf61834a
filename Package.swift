// swift-tools-version: 6.2
import PackageDescription

/// Every target is built under the same strict rules: warnings are errors, unsafe memory is marked where it is used,
/// imports are internal unless a public signature needs them, existentials are spelt out.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
]

/// A library of the house. `uses` is the whole list of what it may import: arrows run one way, and
/// `swift build --explicit-target-dependency-import-check error` holds the code to this list.
/// The texts of the folder `embeds` become part of the code (see Plugins/EmbedTexts).
func room(_ name: String, uses: [String] = [], embeds: String? = nil) -> Target {
  .target(
    name: name, dependencies: uses.map { .init(stringLiteral: $0) }, exclude: embeds.map { [$0] } ?? [],
    swiftSettings: strict, plugins: embeds == nil ? [] : ["EmbedTexts"])
}

/// Tests of a room; the folders `data` hold scripts and what they print, and are read where they lie.
func tests(_ room: String, uses: [String] = [], data: String...) -> Target {
  .testTarget(
    name: "\(room)Tests", dependencies: ([room] + uses).map { .init(stringLiteral: $0) },
    path: "Tests/\(room)Tests", exclude: data,
    swiftSettings: [.treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny")])
}

let package = Package(
  name: "souk",
  products: [
    .library(name: "Souk", targets: ["Souk"]),
    .executable(name: "souk", targets: ["souk-cli"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
  ],
  targets: [
    // In the order of the data: text, tokens and tree, typed program, compiled model, sample path, statistics, report.
    room("SoukText", embeds: "Explanations"),
    .target(name: "CVariateBlocks"),
    room("SoukNumerics", uses: ["CVariateBlocks"]),
    room("SoukSyntax", uses: ["SoukText"]),
    room("SoukUnits"),
    room("SoukSema", uses: ["SoukText", "SoukSyntax", "SoukUnits"]),
    room("SoukModel"),
    room("SoukLower", uses: ["SoukText", "SoukSyntax", "SoukUnits", "SoukNumerics", "SoukSema", "SoukModel"]),
    room("SoukStats", uses: ["SoukNumerics"]),
    room("SoukEngine", uses: ["SoukNumerics", "SoukModel", "SoukStats"]),
    room("SoukReport", uses: ["SoukModel", "SoukStats", "SoukUnits"]),
    room("SoukScript", uses: ["SoukText", "SoukSyntax", "SoukUnits", "SoukNumerics", "SoukSema", "SoukModel", "SoukLower", "SoukStats", "SoukEngine", "SoukReport"]),
    room("SoukLibrary", embeds: "std"),
    room("Souk", uses: ["SoukText", "SoukSyntax", "SoukUnits", "SoukSema", "SoukModel", "SoukLower", "SoukStats", "SoukEngine", "SoukScript", "SoukReport", "SoukLibrary"]),
    .systemLibrary(name: "CReadline", providers: [.apt(["libreadline-dev"])]),
    room("SoukPrompt", uses: ["SoukText", "SoukReport", "Souk", "CReadline"]),
    .executableTarget(
      name: "souk-cli",
      dependencies: ["SoukText", "SoukUnits", "SoukLibrary", "SoukEngine", "SoukReport", "SoukScript", "Souk", "SoukPrompt", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Sources/souk-cli", swiftSettings: strict),
    .plugin(name: "EmbedTexts", capability: .buildTool(), dependencies: ["embed-texts"]),
    .executableTarget(name: "embed-texts", path: "Sources/embed-texts", swiftSettings: strict),
    .systemLibrary(name: "CSpawn", path: "Tests/CSpawn"),
    .target(name: "TestCommands", dependencies: ["CSpawn"], path: "Tests/TestCommands"),
    tests("SoukText"),
    tests("SoukNumerics"),
    tests("SoukSyntax", uses: ["SoukText", "TestCommands"], data: "Errors"),
    tests("SoukUnits"),
    tests("SoukSema", uses: ["SoukText", "SoukSyntax"], data: "Errors"),
    tests("SoukStats", uses: ["SoukNumerics"]),
    tests("SoukEngine", uses: ["SoukNumerics", "SoukModel", "SoukStats"]),
    tests("SoukReport", uses: ["SoukUnits", "TestCommands"]),
    tests("SoukScript", uses: ["SoukText", "SoukSyntax", "SoukUnits", "SoukSema", "SoukModel", "SoukLower", "SoukStats", "SoukEngine", "SoukReport"]),
    tests("Souk", uses: ["SoukText", "TestCommands"], data: "Goldens", "Cases", "Library", "Broken", "Promises"),
  ],
  swiftLanguageModes: [.v6]
)
