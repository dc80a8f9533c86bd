import SystemPackage

/// Reads the format of MNIST and its kin (LeCun 1998): a magic number, big-endian sizes, bytes.
enum IDXReader {
  private static let imagesMagic = 0x0000_0803
  private static let labelsMagic = 0x0000_0801

  /// Reads a pair of files.
  static func read(
    images imagesPath: FilePath, labels labelsPath: FilePath, labelNames: [String]
  ) throws(DataError) -> ImageSet {
    let images = try DataFile.contents(of: imagesPath)
    let count = try header(of: images, at: imagesPath, magic: imagesMagic, dimensions: 3)
    let (height, width) = (word(images, 8), word(images, 12))
    guard height == ImageSet.edge, width == ImageSet.edge else {
      throw DataError(
        .size, imagesPath, "its images are \(width) x \(height); Hangtag trains on 28 x 28")
    }
    try check(images.count - 16, is: count * ImageSet.pixelCount, at: imagesPath)

    let labels = try DataFile.contents(of: labelsPath)
    let labelCount = try header(of: labels, at: labelsPath, magic: labelsMagic, dimensions: 1)
    try check(labels.count - 8, is: labelCount, at: labelsPath)
    guard labelCount == count else {
      throw DataError(
        .count, labelsPath,
        "it holds \(labelCount) labels for the \(count) images of \(imagesPath.string)")
    }
    guard count > 0 else { throw DataError(.empty, imagesPath, "it holds no images") }
    if let bad = labels.dropFirst(8).firstIndex(where: { Int($0) >= labelNames.count }) {
      throw DataError(
        .label, labelsPath, row: bad - 7,
        "label \(labels[bad]) is none of the \(labelNames.count) categories; "
          + "name them all with --label-names")
    }
    return ImageSet(
      pixels: Array(images.dropFirst(16)), labels: Array(labels.dropFirst(8)),
      labelNames: labelNames, name: imagesPath.string)
  }

  private static func header(
    of bytes: [UInt8], at path: FilePath, magic: Int, dimensions: Int
  ) throws(DataError) -> Int {
    guard bytes.count >= 4 + 4 * dimensions, word(bytes, 0) == magic else {
      throw DataError(
        .format, path,
        "it is no IDX file of unsigned bytes with \(dimensions) dimension"
          + (dimensions == 1 ? "" : "s"))
    }
    return word(bytes, 4)
  }

  private static func check(_ found: Int, is wanted: Int, at path: FilePath) throws(DataError) {
    guard found == wanted else {
      throw DataError(
        .count, path,
        "its header promises \(wanted) bytes of data and \(found) follow; fetch it again")
    }
  }

  private static func word(_ bytes: [UInt8], _ offset: Int) -> Int {
    bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
  }
}
