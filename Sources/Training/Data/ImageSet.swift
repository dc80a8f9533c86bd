import Digest

/// Labelled images in the form that the network sees: 28 x 28 gray values, 0 background.
public struct ImageSet: Sendable, Equatable {
  /// Where images came from, for reports and for a model's provenance.
  public struct Source: Sendable, Equatable, Codable {
    /// What it is called: usually its path.
    public let name: String
    /// SHA-256 of the pixels, the label indices and the label names, whatever the file format.
    public let sha256: String
    /// How many images it gave.
    public let images: Int
  }

  /// Edge of an image, pixels.
  public static let edge = 28
  /// Pixels of an image.
  public static let pixelCount = edge * edge
  /// The most categories: a label index is one byte.
  public static let maximumLabels = 256

  /// `[count, 28, 28]`, rows from the top.
  public let pixels: [UInt8]
  /// `[count]`: indices into `labelNames`.
  public let labels: [UInt8]
  /// The categories, in index order.
  public let labelNames: [String]
  /// Where the images came from.
  public let sources: [Source]

  /// The number of images.
  public var count: Int { labels.count }

  /// A set of images from one place.
  ///
  /// - Precondition: 784 pixels a label, every label below the number of names.
  public init(pixels: [UInt8], labels: [UInt8], labelNames: [String], name: String) {
    let digest = Self.digest(pixels: pixels, labels: labels, labelNames: labelNames)
    self.init(
      pixels: pixels, labels: labels, labelNames: labelNames,
      sources: [Source(name: name, sha256: digest, images: labels.count)])
  }

  private init(pixels: [UInt8], labels: [UInt8], labelNames: [String], sources: [Source]) {
    precondition(pixels.count == labels.count * Self.pixelCount, "784 pixels belong to each label")
    precondition(labels.allSatisfy { Int($0) < labelNames.count }, "each label needs a name")
    self.pixels = pixels
    self.labels = labels
    self.labelNames = labelNames
    self.sources = sources
  }

  private static func digest(pixels: [UInt8], labels: [UInt8], labelNames: [String]) -> String {
    var digest = SHA256()
    digest.update(pixels.span)
    digest.update(labels.span)
    let names = Array(labelNames.joined(separator: "\n").utf8)
    digest.update(names.span)
    return digest.finish()
  }

  /// The pixels of one image.
  public func image(_ index: Int) -> ArraySlice<UInt8> {
    pixels[index * Self.pixelCount..<(index + 1) * Self.pixelCount]
  }

  /// Where the pixels of neighbouring images stand in `pixels`.
  static func pixelRange(_ images: Range<Int>) -> Range<Int> {
    images.lowerBound * pixelCount..<images.upperBound * pixelCount
  }

  /// Some of the images, in the given order.
  public func subset(_ indices: [Int]) -> ImageSet {
    var chosen: [UInt8] = []
    chosen.reserveCapacity(indices.count * Self.pixelCount)
    for index in indices { chosen.append(contentsOf: image(index)) }
    return ImageSet(
      pixels: chosen, labels: indices.map { labels[$0] }, labelNames: labelNames,
      sources: sources)
  }

  /// This set and then another one of the same categories.
  ///
  /// - Precondition: Both have the same label names.
  public func appending(_ other: ImageSet) -> ImageSet {
    precondition(labelNames == other.labelNames, "only sets of the same categories can be joined")
    return ImageSet(
      pixels: pixels + other.pixels, labels: labels + other.labels, labelNames: labelNames,
      sources: sources + other.sources)
  }

  /// One-hot rows, `[count, labelNames.count]`: 1 at the label, 0 elsewhere.
  public var oneHotLabels: [Float] {
    var rows = [Float](repeating: 0, count: count * labelNames.count)
    for (index, label) in labels.enumerated() { rows[index * labelNames.count + Int(label)] = 1 }
    return rows
  }

  /// How the images spread over the categories.
  public var balance: ClassBalance {
    var counts = [Int](repeating: 0, count: labelNames.count)
    for label in labels { counts[Int(label)] += 1 }
    return ClassBalance(labelNames: labelNames, counts: counts)
  }
}
