import FileSystem
public import SystemPackage

/// Finds out what kind of data a path is and reads it.
public struct DataSource: Sendable {
  /// The two halves that a folder of IDX files has.
  public enum Part: String, Sendable, CaseIterable {
    /// `train-images-idx3-ubyte` and its labels.
    case training
    /// `t10k-images-idx3-ubyte` and its labels.
    case test
  }

  /// What was read.
  public struct Reading: Sendable {
    /// The images.
    public let images: ImageSet
    /// Photos that could not be read, with the reasons.
    public let skipped: [SkippedPhoto]
  }

  /// The ten categories of Fashion-MNIST, in index order.
  public static let fashionLabels = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  ]

  /// The file or folder.
  public let path: FilePath
  /// Which half of a folder of IDX files.
  public let part: Part
  /// The names of the label indices, and the labels that folders of photos are matched with.
  public let labelNames: [String]

  /// Describes a source; nothing is read yet.
  public init(
    _ path: FilePath, part: Part, labelNames: [String] = Self.fashionLabels
  ) {
    self.path = path
    self.part = part
    self.labelNames = labelNames
  }

  /// Reads it: a folder of IDX files, one IDX file of images with its labels beside it, a CSV file
  /// (each of them gzipped or plain), or a folder of photos sorted by category.
  ///
  /// - Parameter threads: How many decode photos.
  public func read(threads: Int) throws(DataError) -> Reading {
    if path.string.contains("images-idx3") { return try readIDX(images: path) }
    let prefix = part == .training ? "train" : "t10k"
    for name in ["\(prefix)-images-idx3-ubyte.gz", "\(prefix)-images-idx3-ubyte"] {
      let images = path.appending(name)
      if DataFile.exists(images) { return try readIDX(images: images) }
    }
    if try isFolder() {
      let reading = try PhotoFolderReader.read(path, known: labelNames, threads: threads)
      return Reading(images: reading.photos.images, skipped: reading.skipped)
    }
    return Reading(images: try CSVReader.read(path, labelNames: labelNames), skipped: [])
  }

  private func readIDX(images: FilePath) throws(DataError) -> Reading {
    guard let name = images.lastComponent?.string,
      let range = name.firstRange(of: "images-idx3")
    else { throw DataError(.format, images, "it is no file of IDX images") }
    let labelsName = name.replacingCharacters(in: range, with: "labels-idx1")
    let labels = images.removingLastComponent().appending(labelsName)
    return Reading(
      images: try IDXReader.read(images: images, labels: labels, labelNames: labelNames),
      skipped: [])
  }

  private func isFolder() throws(DataError) -> Bool {
    do { return try File(reading: path).status().kind == .directory } catch {
      throw DataError(.unreadable, path, "it cannot be read: \(error.errno)")
    }
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
    self[..<range.lowerBound] + text + self[range.upperBound...]
  }
}
