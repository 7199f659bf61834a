// Exported tables as CSV after RFC 4180, numbers with all their digits.

import SoukUnits

extension ExportData {
  /// The table as CSV: a header, one line a row, lines ended by CR LF as the RFC has it. O(cells).
  public var csv: String {
    var out = columns.map(Self.quoted).joined(separator: ",") + "\r\n"
    for row in rows {
      let cells = row.map { cell in
        switch cell {
        case .number(let number): NumberText.exact(number) ?? ""
        case .text(let text): Self.quoted(text)
        case .missing: ""
        }
      }
      out += cells.joined(separator: ",") + "\r\n"
    }
    return out
  }

  private static func quoted(_ text: String) -> String {
    // By scalars: "\r\n" is one character.
    let needs = text.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" }
    guard needs else { return text }
    var out = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { out += "\"\"" } else { out.unicodeScalars.append(scalar) }
    }
    return out + "\""
  }
}
