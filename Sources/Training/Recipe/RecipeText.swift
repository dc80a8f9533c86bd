public import SystemPackage
import YAML

extension Recipe {
  /// The keys of a recipe file, in their usual order.
  public static var keys: [String] { RecipeField.all.map(\.key) }

  /// Reads a recipe file: lines of `key: value`; what it does not name keeps its default.
  public init(contentsOf path: FilePath) throws(RecipeError) {
    let bytes: [UInt8]
    do { bytes = try DataFile.contents(of: path, limit: 1 << 20) } catch {
      throw RecipeError(place: path.string, key: "", reason: error.reason)
    }
    try self.init(yaml: bytes, name: path.string)
  }

  init(yaml: [UInt8], name: String) throws(RecipeError) {
    let mapping: YAMLMapping
    do { mapping = try YAMLMapping(parsing: yaml) } catch {
      throw RecipeError(place: "\(name), line \(error.line)", key: "", reason: error.message)
    }
    self.init()
    for pair in mapping.pairs {
      try set(pair.key, to: pair.value, place: "\(name), line \(pair.line)")
    }
  }

  /// Changes one value.
  ///
  /// - Parameter place: Where it was written, for the error.
  public mutating func set(
    _ key: String, to text: String, place: String
  ) throws(RecipeError) {
    guard let field = RecipeField.all.first(where: { $0.key == key }) else {
      throw RecipeError(
        place: place, key: key,
        reason: "`\(key)` is no key of a recipe; the keys are "
          + Self.keys.joined(separator: ", "))
    }
    do { try field.set(&self, text) } catch {
      throw RecipeError(
        place: place, key: key, reason: "`\(key)` is `\(text)` and must be \(error.expected)")
    }
  }

  /// Checks what no single value shows.
  public func validate() throws(RecipeError) {
    if augmentation.erasingMinimum > augmentation.erasingMaximum {
      throw RecipeError(
        place: "recipe", key: "erasing_minimum",
        reason: "`erasing_minimum` must not be above `erasing_maximum`")
    }
  }

  /// Every key with its value, as text.
  var settings: [(key: String, value: String)] {
    RecipeField.all.map { ($0.key, $0.text(self)) }
  }

  /// A recipe file with every key.
  public var yaml: String {
    settings.map { "\($0.key): \($0.value)\n" }.joined()
  }
}

extension Recipe: Encodable {
  private struct Key: CodingKey {
    let stringValue: String
    let intValue: Int? = nil
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// One member a key of the file, numbers as numbers.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for field in RecipeField.all {
      let (key, text) = (Key(stringValue: field.key), field.text(self))
      if field.isText {
        try container.encode(text, forKey: key)
      } else if let flag = Bool(text) {
        try container.encode(flag, forKey: key)
      } else if let whole = Int(text) {
        try container.encode(whole, forKey: key)
      } else {
        try container.encode(Double(text), forKey: key)
      }
    }
  }
}
