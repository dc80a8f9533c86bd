import Classification
import FileSystem
import Imaging
import SystemPackage

/// Reads photos that people have sorted into one folder a category, through the preprocessing that
/// serving uses. Folders inside a category belong to it.
enum PhotoFolderReader {
  /// The photos of every folder.
  ///
  /// - Parameter known: Labels to use where every folder is called like one of them or like its slug.
  ///   Else each folder is a label of its own, sorted by name, and called as it is known where it is.
  static func read(
    _ folder: FilePath, known: [String], threads: Int
  ) throws(DataError) -> (photos: PhotoSet, skipped: [SkippedPhoto]) {
    let folders = try categories(in: folder)
    let (labelNames, indices) = labels(of: folders, known: known)
    return try read(Array(zip(folders, indices)), labelNames, in: folder, threads: threads)
  }

  /// The photos of the folders that are called like a label or its slug and, where they are wanted,
  /// those of the others.
  static func readApart(
    _ folder: FilePath, known: [String], withStrangers: Bool, threads: Int
  ) throws(DataError) -> PhotoCollection {
    let slugs = known.map { Category.slug(of: $0) }
    var chosen: [(String, Int)] = []
    var strange: [String] = []
    for name in try categories(in: folder) {
      if let index = slugs.firstIndex(of: Category.slug(of: name)) {
        chosen.append((name, index))
      } else {
        strange.append(name)
      }
    }
    guard !chosen.isEmpty else {
      throw DataError(
        .label, folder,
        "none of its folders is called like a category of the model: "
          + slugs.joined(separator: ", "))
    }
    let (photos, skipped) = try read(chosen, known, in: folder, threads: threads)
    guard withStrangers else {
      return PhotoCollection(photos: photos, strangers: nil, skipped: skipped)
    }
    let indexed = strange.enumerated().map { ($1, $0) }
    let (strangers, others) = try prepare(indexed, strange, in: folder, threads: threads)
    return PhotoCollection(
      photos: photos, strangers: strangers.images.count == 0 ? nil : strangers,
      skipped: skipped + others)
  }

  private static func categories(in folder: FilePath) throws(DataError) -> [String] {
    let folders = try names(in: folder).folders
    guard !folders.isEmpty else {
      throw DataError(
        .empty, folder,
        "it has neither IDX files nor folders of photos, one a category, in it")
    }
    guard folders.count <= ImageSet.maximumLabels else {
      throw DataError(.label, folder, "it has \(folders.count) categories; 256 are the most")
    }
    return folders
  }

  private static func read(
    _ folders: [(name: String, label: Int)], _ labelNames: [String], in folder: FilePath,
    threads: Int
  ) throws(DataError) -> (photos: PhotoSet, skipped: [SkippedPhoto]) {
    let (photos, skipped) = try prepare(folders, labelNames, in: folder, threads: threads)
    guard photos.images.count > 0 else {
      throw DataError(.empty, folder, "none of its photos can be read")
    }
    return (photos, skipped)
  }

  /// The photos that can be read; there may be none.
  private static func prepare(
    _ folders: [(name: String, label: Int)], _ labelNames: [String], in folder: FilePath,
    threads: Int
  ) throws(DataError) -> (photos: PhotoSet, skipped: [SkippedPhoto]) {
    var photos: [(path: FilePath, label: UInt8)] = []
    for (name, label) in folders {
      for path in try files(below: folder.appending(name)) { photos.append((path, UInt8(label))) }
    }
    let all = photos
    let parts = concurrently(over: all.count, threads: threads) { PreparedPart(all[$0]) }
    let images = ImageSet(
      pixels: parts.flatMap(\.pixels), labels: parts.flatMap(\.labels), labelNames: labelNames,
      name: folder.string)
    return (
      PhotoSet(images: images, measurements: parts.flatMap(\.measurements)),
      parts.flatMap(\.skipped)
    )
  }

  private static func labels(
    of folders: [String], known: [String]
  ) -> (names: [String], indices: [Int]) {
    let slugs = known.map { Category.slug(of: $0) }
    let matches = folders.map { folder in slugs.firstIndex(of: Category.slug(of: folder)) }
    let indices = matches.compactMap { $0 }
    if indices.count == folders.count, Set(indices).count == indices.count {
      return (known, indices)
    }
    let names = zip(folders, matches).map { folder, match in match.map { known[$0] } ?? folder }
    return (names, Array(folders.indices))
  }

  /// The names in a folder, sorted by their bytes so that every machine reads in the same order;
  /// hidden ones are left out.
  private static func names(
    in folder: FilePath
  ) throws(DataError) -> (folders: [String], files: [String]) {
    do throws(FileSystemError) {
      let directory = try Directory(folder)
      var listing = try directory.listing()
      var folders: [String] = []
      var files: [String] = []
      while let entry = try listing.next() {
        if entry.name.string.hasPrefix(".") { continue }
        var kind = entry.kind
        if kind == nil { kind = try directory.status(of: entry.name)?.kind }
        if kind == .directory {
          folders.append(entry.name.string)
        } else {
          files.append(entry.name.string)
        }
      }
      let order = { (a: String, b: String) in a.utf8.lexicographicallyPrecedes(b.utf8) }
      return (folders.sorted(by: order), files.sorted(by: order))
    } catch {
      throw DataError(.unreadable, folder, "it cannot be listed: \(error.errno)")
    }
  }

  private static func files(below folder: FilePath) throws(DataError) -> [FilePath] {
    let (folders, files) = try names(in: folder)
    var paths = files.map { folder.appending($0) }
    for name in folders { paths += try self.files(below: folder.appending(name)) }
    return paths
  }
}

/// What one thread made of its photos.
private struct PreparedPart: Sendable {
  var pixels: [UInt8] = []
  var labels: [UInt8] = []
  var measurements: [PreparedInput.Measurements] = []
  var skipped: [SkippedPhoto] = []

  init(_ photos: ArraySlice<(path: FilePath, label: UInt8)>) {
    let limits = DecodeLimits()
    var decoder = ImageDecoder(limits: limits)
    var preprocessor = Preprocessor()
    var image = RGBImage()
    var input = PreparedInput()
    for photo in photos {
      let bytes: [UInt8]
      do { bytes = try File.contents(of: photo.path, limit: limits.maximumBytes + 1) } catch {
        skipped.append(SkippedPhoto(path: photo.path, reason: "\(error.errno)"))
        continue
      }
      do { _ = try decoder.decode(bytes.span, into: &image) } catch {
        skipped.append(SkippedPhoto(path: photo.path, reason: error.message))
        continue
      }
      preprocessor.prepare(image, into: &input)
      pixels.append(contentsOf: input.pixels)
      labels.append(photo.label)
      measurements.append(input.measurements)
    }
  }
}
