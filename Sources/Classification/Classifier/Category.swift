/// One of the labels a model knows.
public struct Category: Sendable, Equatable {
  /// Its place in the model's labels and in the network's output.
  public let index: Int
  /// As the model file says it: `Ankle boot`.
  public let label: String
  /// As folders are called: `ankle-boot`.
  public let slug: String

  /// The categories of a model's labels, in their order.
  ///
  /// - Throws: when a label has no slug or a control character, or two share one, and would share a folder.
  public static func categories(of labels: [String]) throws(ClassifierError) -> [Category] {
    var categories: [Category] = []
    for (index, label) in labels.enumerated() {
      // A terminal that shows one would obey it.
      if label.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
        throw .controlCharacter(index: index)
      }
      let slug = Self.slug(of: label)
      if slug.isEmpty { throw .emptySlug(label: label) }
      if let other = categories.first(where: { $0.slug == slug }) {
        throw .duplicateSlug(slug, labels: other.label, label)
      }
      categories.append(Category(index: index, label: label, slug: slug))
    }
    return categories
  }

  /// A label as a folder name: lower case, every run of characters other than a to z and 0 to 9
  /// becomes `-`, none at the ends. `T-shirt/top` gives `t-shirt-top`.
  public static func slug(of label: String) -> String {
    let words = label.lowercased().unicodeScalars.split { scalar in
      !("a"..."z").contains(scalar) && !("0"..."9").contains(scalar)
    }
    return words.map { String($0) }.joined(separator: "-")
  }
}
