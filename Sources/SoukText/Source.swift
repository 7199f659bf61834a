// Source files and places in them. A file is bytes with a table of line starts; a place is a pair of byte offsets.

/// Which source file of a compilation a place is in; 0 is the script itself.
public struct FileID: Hashable, Sendable, Comparable {
  public var index: UInt32
  public init(_ index: Int) { self.index = UInt32(index) }
  public static func < (a: FileID, b: FileID) -> Bool { a.index < b.index }
}

/// A half-open range of UTF-8 byte offsets in one file.
public struct Span: Hashable, Sendable {
  public var file: FileID
  public var lower: UInt32
  public var upper: UInt32

  public init(file: FileID, lower: Int, upper: Int) {
    self.file = file
    self.lower = UInt32(lower)
    self.upper = UInt32(upper)
  }

  /// The smallest span that covers both; the other must be of the same file.
  public func joined(_ other: Span) -> Span {
    Span(file: file, lower: Int(min(lower, other.lower)), upper: Int(max(upper, other.upper)))
  }
}

/// One source file: its name as messages show it, and its text.
public struct SourceFile: Sendable {
  public let id: FileID
  public let name: String
  public let bytes: [UInt8]
  /// Byte offset of the first byte of each line; always at least one entry.
  public let lineStarts: [UInt32]

  public init(id: FileID, name: String, bytes: [UInt8]) {
    self.id = id
    self.name = name
    self.bytes = bytes
    var starts: [UInt32] = [0]
    for (i, b) in bytes.enumerated() where b == 0x0A { starts.append(UInt32(i + 1)) }
    lineStarts = starts
  }

  public init(id: FileID, name: String, text: String) {
    self.init(id: id, name: name, bytes: Array(text.utf8))
  }

  /// The text between two byte offsets, with invalid UTF-8 repaired. O(length).
  public func text(_ lower: Int, _ upper: Int) -> String {
    String(decoding: bytes[max(0, lower)..<min(bytes.count, max(lower, upper))], as: UTF8.self)
  }

  public func text(_ span: Span) -> String { text(Int(span.lower), Int(span.upper)) }

  /// Line and column of a byte offset, both counted from 1; columns count characters. O(log lines + column).
  public func position(_ offset: Int) -> (line: Int, column: Int) {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if Int(lineStarts[middle]) <= offset { low = middle } else { high = middle }
    }
    return (low + 1, text(Int(lineStarts[low]), offset).count + 1)
  }
}

/// All files of one compilation, by their identifiers.
public struct SourceSet: Sendable {
  public private(set) var files: [SourceFile] = []
  public init() {}

  /// Adds a file and gives it its identifier.
  public mutating func add(name: String, bytes: [UInt8]) -> FileID {
    let id = FileID(files.count)
    files.append(SourceFile(id: id, name: name, bytes: bytes))
    return id
  }

  public subscript(_ id: FileID) -> SourceFile { files[Int(id.index)] }

  /// `name:line:column` of where a span begins.
  public func place(_ span: Span) -> String {
    let file = self[span.file]
    let (line, column) = file.position(Int(span.lower))
    return "\(file.name):\(line):\(column)"
  }
}
