import SystemPackage
import TestSupport
import Testing

@testable import Training

@Suite struct IDXTests {
  @Test func aFolderOfFilesGivesImagesAndFashionLabels() throws {
    let folder = try TemporaryFolder()
    try folder.write(Samples.idxImages(2), to: "train-images-idx3-ubyte")
    try folder.write(Samples.idxLabels([9, 0]), to: "train-labels-idx1-ubyte")
    let images = try DataSource(folder.path, part: .training).read(threads: 1).images
    #expect(images.labels == [9, 0])
    #expect(images.labelNames[9] == "Ankle boot")
    #expect(images.image(1).first == UInt8(784 % 256))
    #expect(images.sources.first?.images == 2)
  }

  @Test func theLabelsAreOneHot() throws {
    let images = ImageSet(
      pixels: [UInt8](repeating: 0, count: 2 * 784), labels: [2, 0], labelNames: ["a", "b", "c"],
      name: "")
    #expect(images.oneHotLabels == [0, 0, 1, 1, 0, 0])
  }

  @Test(
    arguments: [
      (Samples.idxImages(3), Samples.idxLabels([0, 1]), DataError.Code.count),
      (Array(Samples.idxImages(2).dropLast()), Samples.idxLabels([0, 1]), .count),
      (Samples.idxImages(2), Array(Samples.idxLabels([0, 1]).dropLast()), .count),
      (Samples.idxImages(2, edge: 27), Samples.idxLabels([0, 1]), .size),
      (Samples.idxLabels([0, 1]), Samples.idxLabels([0, 1]), .format),
      (Samples.idxImages(2), Samples.idxLabels([0, 10]), .label),
      (Samples.idxImages(0), Samples.idxLabels([]), .empty),
      ([0x1f, 0x8b, 8, 0], Samples.idxLabels([0, 1]), .format),
    ])
  func brokenFilesAreRefused(images: [UInt8], labels: [UInt8], code: DataError.Code) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(images, to: "t10k-images-idx3-ubyte")
    try folder.write(labels, to: "t10k-labels-idx1-ubyte")
    let error = #expect(throws: DataError.self) {
      try DataSource(folder.path, part: .test).read(threads: 1)
    }
    #expect(error?.code == code)
    #expect(error?.path.removingLastComponent() == path.removingLastComponent())
  }

  @Test func aWrongLabelIsNamedByItsRow() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Samples.idxImages(3), to: "my-images-idx3-ubyte")
    try folder.write(Samples.idxLabels([0, 1, 17]), to: "my-labels-idx1-ubyte")
    let error = #expect(throws: DataError.self) {
      try DataSource(path, part: .training).read(threads: 1)
    }
    #expect(error?.row == 3)
    #expect(error?.description.contains("label 17") == true)
  }

  /// The file that Debian ships; its sizes are in Xiao et al. 2017.
  @Test(
    .enabled(
      if: DataFile.exists("/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz"),
      "needs Debian's dataset-fashion-mnist"))
  func theRealTestSetIsRead() throws {
    let path: FilePath = "/usr/share/datasets/fashion-mnist"
    let images = try DataSource(path, part: .test).read(threads: 1).images
    #expect(images.balance.counts == [Int](repeating: 1000, count: 10))
    #expect(images.labels.prefix(4) == [9, 2, 1, 1])
  }
}

@Suite struct CSVTests {
  private func read(_ text: String) throws -> ImageSet {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(text.utf8), to: "data.csv")
    return try DataSource(path, part: .training).read(threads: 1).images
  }

  @Test(arguments: ["", "label,pixel1,pixel2\n"], ["\n", "\r\n"])
  func rowsAreRead(header: String, ending: String) throws {
    let line = Samples.csvLine(label: "3") { $0 == 5 ? "255" : "0" }
    let images = try read((header + line + line).split(separator: "\n").joined(separator: ending))
    #expect(images.labels == [3, 3])
    #expect(images.image(0).enumerated().first { $0.1 == 255 }?.0 == 5)
  }

  @Test(
    arguments: [
      ("256", 7, DataError.Code.value), ("-1", 0, .value), ("1.5", 783, .value), ("", 3, .value),
      ("x", 1, .value),
    ])
  func aWrongPixelIsNamedByRowAndColumn(value: String, pixel: Int, code: DataError.Code) throws {
    let good = Samples.csvLine(label: "3") { _ in "0" }
    let bad = Samples.csvLine(label: "3") { $0 == pixel ? value : "0" }
    let error = #expect(throws: DataError.self) { try read(good + bad) }
    #expect(error?.code == code)
    #expect(error?.row == 2)
    #expect(error?.column == pixel + 2)
  }

  @Test func aWrongNumberOfColumnsIsRefused() {
    let error = #expect(throws: DataError.self) { try read("label,pixels\n1,2,3\n") }
    #expect(error?.code == .count)
    #expect(error?.row == 2)
  }

  @Test func anUnknownLabelIsRefused() {
    let error = #expect(throws: DataError.self) {
      try read(Samples.csvLine(label: "12") { _ in "0" })
    }
    #expect(error?.code == .label)
    #expect(error?.column == 1)
  }

  @Test func anEmptyFileIsRefused() {
    #expect(throws: DataError.self) { try read("label,pixels\n") }
  }
}

@Suite struct PhotoFolderTests {
  private static func photo(_ gray: UInt8, height: Int = 20) -> [UInt8] {
    var pixels = [UInt8](repeating: 255, count: 40 * 40)
    for y in 10..<10 + height { for x in 10..<30 { pixels[y * 40 + x] = gray } }
    return PNGEncoder.encode(pixels: pixels, width: 40, height: 40)
  }

  @Test func foldersAreCategoriesAndBrokenPhotosAreReported() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.photo(0), to: "scarf/b.png")
    try folder.write(Self.photo(90), to: "scarf/spring/a.png")
    try folder.write(Self.photo(10), to: "hat/c.png")
    try folder.write(Array("no photo".utf8), to: "hat/note.txt")
    let reading = try DataSource(folder.path, part: .training).read(threads: 2)
    #expect(reading.images.labelNames == ["hat", "scarf"])
    #expect(reading.images.labels == [0, 1, 1])
    #expect(reading.skipped.map { $0.path.lastComponent?.string } == ["note.txt"])
  }

  /// The order in which a disk lists its files is none.
  @Test func theOrderOfPhotosIsThatOfTheirNames() throws {
    func images(_ names: [String]) throws -> ImageSet {
      let folder = try TemporaryFolder()
      for name in names {
        try folder.write(Self.photo(0, height: name == "a.png" ? 20 : 5), to: "hat/\(name)")
      }
      return try DataSource(folder.path, part: .training).read(threads: 1).images
    }
    let first = try images(["a.png", "b.png"])
    #expect(first.pixels == (try images(["b.png", "a.png"])).pixels)
    #expect(first.image(0) != first.image(1))
  }

  @Test func foldersThatAreCalledLikeAModelsLabelsTakeThem() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.photo(0), to: "ankle-boot/a.png")
    let images = try DataSource(folder.path, part: .training).read(threads: 1).images
    #expect(images.labelNames == DataSource.fashionLabels)
    #expect(images.labels == [9])
  }

  @Test func aNewCategoryLeavesTheOthersTheirLabels() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.photo(0), to: "ankle-boot/a.png")
    try folder.write(Self.photo(0), to: "hat/a.png")
    let images = try DataSource(folder.path, part: .training).read(threads: 1).images
    #expect(images.labelNames == ["Ankle boot", "hat"])
    #expect(images.labels == [0, 1])
  }

  @Test func otherFoldersAreReadWhereTheyAreWantedAndMayHoldNoPhoto() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.photo(0), to: "coat/a.png")
    try folder.write(Array("no photo".utf8), to: "misc/note.txt")
    func collection(withStrangers: Bool) throws -> PhotoCollection {
      try PhotoCollection(
        folder: folder.path, labels: DataSource.fashionLabels, withStrangers: withStrangers,
        threads: 1)
    }
    #expect(try collection(withStrangers: true).strangers == nil)
    #expect(try collection(withStrangers: true).skipped.count == 1)
    try folder.write(Self.photo(0), to: "misc/b.png")
    #expect(try collection(withStrangers: true).strangers?.images.count == 1)
    let only = try collection(withStrangers: false)
    #expect(only.strangers == nil)
    #expect(only.skipped.isEmpty)
    #expect(only.photos.images.labels == [4])
  }

  @Test func anEmptyFolderIsRefused() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: DataError.self) {
      try DataSource(folder.path, part: .training).read(threads: 1)
    }
    #expect(error?.code == .empty)
  }

  @Test func aMissingPathIsRefused() {
    let error = #expect(throws: DataError.self) {
      try DataSource("/nonexistent/data", part: .training).read(threads: 1)
    }
    #expect(error?.code == .unreadable)
  }
}

@Suite struct SplitTests {
  private let labels: [UInt8] = (0..<100).map { $0 < 80 ? 0 : 1 }

  @Test func everyCategoryHasTheSameShareInBothParts() {
    let split = StratifiedSplit(labels: labels, fraction: 0.2, seed: 5)
    #expect(split.validation.count { labels[$0] == 0 } == 16)
    #expect(split.validation.count { labels[$0] == 1 } == 4)
    #expect((split.training + split.validation).sorted() == Array(0..<100))
  }

  @Test func theSeedDecides() {
    let split = StratifiedSplit(labels: labels, fraction: 0.2, seed: 5)
    #expect(split == StratifiedSplit(labels: labels, fraction: 0.2, seed: 5))
    #expect(split != StratifiedSplit(labels: labels, fraction: 0.2, seed: 6))
  }

  @Test func imbalanceIsToldAndWeighed() {
    let balance = ClassBalance(labelNames: ["a", "b"], counts: [80, 20])
    #expect(balance.lines.last?.contains("4.0 times") == true)
    // scikit-learn's compute_class_weight("balanced", ...) gives 100 / (2 * 80) and 100 / (2 * 20).
    #expect(balance.balancedWeights == [0.625, 2.5])
  }

  @Test func theDigestIsOfTheContent() {
    let one = Samples.images(perClass: 1)
    let renamed = ImageSet(
      pixels: one.pixels, labels: one.labels, labelNames: one.labelNames, name: "elsewhere")
    let other = ImageSet(
      pixels: one.pixels, labels: one.labels.reversed(), labelNames: one.labelNames, name: "samples"
    )
    #expect(one.sources[0].sha256 == renamed.sources[0].sha256)
    #expect(one.sources[0].sha256 != other.sources[0].sha256)
  }
}
