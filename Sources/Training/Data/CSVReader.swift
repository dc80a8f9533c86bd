import SystemPackage

/// Reads a table as Kaggle ships Fashion-MNIST: a line an image, first the label's index, then 784
/// gray values row by row. A first line of column names is skipped.
enum CSVReader {
  private static let columns = ImageSet.pixelCount + 1

  static func read(_ path: FilePath, labelNames: [String]) throws(DataError) -> ImageSet {
    let bytes = try DataFile.contents(of: path)
    var table = Table(path: path, labelCount: labelNames.count)
    var start = 0
    var row = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: newline) ?? bytes.count
      row += 1
      let line = trimmed(bytes[start..<end])
      start = end + 1
      if line.isEmpty || row == 1 && isHeader(line) { continue }
      try table.append(line, row: row)
    }
    guard !table.labels.isEmpty else { throw DataError(.empty, path, "it holds no images") }
    return ImageSet(
      pixels: table.pixels, labels: table.labels, labelNames: labelNames, name: path.string)
  }

  private static let newline = UInt8(ascii: "\n")
  private static let comma = UInt8(ascii: ",")
  private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

  /// The line without a carriage return and spaces at its ends.
  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var line = line
    while let last = line.last, last == 13 || last == 32 || last == 9 { line.removeLast() }
    while let first = line.first, first == 32 || first == 9 { line.removeFirst() }
    return line
  }

  /// Column names begin with something other than a number.
  private static func isHeader(_ line: ArraySlice<UInt8>) -> Bool {
    guard let first = line.first else { return false }
    return !digits.contains(first) && first != UInt8(ascii: "-")
  }

  private struct Table {
    let path: FilePath
    let labelCount: Int
    var pixels: [UInt8] = []
    var labels: [UInt8] = []

    mutating func append(_ line: ArraySlice<UInt8>, row: Int) throws(DataError) {
      var column = 0
      var fieldStart = line.startIndex
      var index = line.startIndex
      while index <= line.endIndex {
        if index == line.endIndex || line[index] == comma {
          column += 1
          try appendField(line[fieldStart..<index], row: row, column: column)
          fieldStart = index + 1
        }
        index += 1
      }
      guard column == columns else {
        throw DataError(
          .count, path, row: row,
          "it has \(column) columns; a label and \(ImageSet.pixelCount) pixels make \(columns)")
      }
    }

    private mutating func appendField(
      _ field: ArraySlice<UInt8>, row: Int, column: Int
    ) throws(DataError) {
      guard let value = Self.number(field) else {
        throw DataError(
          .value, path, row: row, column: column,
          "`\(String(decoding: field.prefix(20), as: UTF8.self))` is no whole number from 0 to 255")
      }
      if column > 1 {
        pixels.append(value)
      } else if Int(value) < labelCount {
        labels.append(value)
      } else {
        throw DataError(
          .label, path, row: row, column: column,
          "label \(value) is none of the \(labelCount) categories; "
            + "name them all with --label-names")
      }
    }

    private static func number(_ field: ArraySlice<UInt8>) -> UInt8? {
      guard !field.isEmpty, field.count <= 3 else { return nil }
      var value = 0
      for byte in field {
        guard digits.contains(byte) else { return nil }
        value = value * 10 + Int(byte - digits.lowerBound)
      }
      return UInt8(exactly: value)
    }
  }
}
