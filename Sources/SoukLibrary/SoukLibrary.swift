// The standard library: modules written in Souk, in the folder `std` beside this file, embedded in the program.

/// A module of the standard library.
public struct LibraryModule: Sendable, Hashable {
  /// As scripts import it: `std.payments`.
  public let name: String
  /// Its source text.
  public let text: String

  /// All modules there are, by name in ascending order.
  public static let all: [LibraryModule] = EmbeddedModules.texts
    .map { LibraryModule(name: "std.\($0.name)", text: $0.text) }
    .sorted { $0.name < $1.name }

  /// The module called `name`, if it is there. O(modules).
  public static func named(_ name: String) -> LibraryModule? { all.first { $0.name == name } }
}
