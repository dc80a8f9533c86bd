public import SystemPackage

/// Why a data set cannot be used: which file, where in it, and what to do.
public struct DataError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of trouble.
  public enum Code: String, Sendable {
    /// The file or folder cannot be read.
    case unreadable
    /// The bytes are not in a format that is known here.
    case format
    /// Two counts that belong together differ, or the file ends too early.
    case count
    /// A label is no known category.
    case label
    /// A pixel value is no whole number from 0 to 255.
    case value
    /// The images are not 28 x 28.
    case size
    /// There is nothing to train or measure on.
    case empty
  }

  /// What kind of trouble it is.
  public let code: Code
  /// The file or folder.
  public let path: FilePath
  /// The row or record, counted from 1; nil where it is the whole file.
  public let row: Int?
  /// The column, counted from 1; nil where it is the whole row.
  public let column: Int?
  /// What is wrong and what to do, without a full stop.
  public let reason: String

  init(
    _ code: Code, _ path: FilePath, row: Int? = nil, column: Int? = nil, _ reason: String
  ) {
    self.code = code
    self.path = path
    self.row = row
    self.column = column
    self.reason = reason
  }

  /// One sentence: path, row, column, reason.
  public var description: String {
    var place = path.string
    if let row { place += ", row \(row)" }
    if let column { place += ", column \(column)" }
    return "\(place): \(reason)."
  }
}
