public import SystemPackage
import Classification
import FileSystem
import Imaging

/// Reads photos that people have sorted into one folder a category, through the preprocessing that
/// serving uses. Folders inside a category belong to it.
enum PhotoFolderReader {
  struct Reading {
    let images: ImageSet
    /// The paths of the images, in their order.
    let paths: [FilePath]
    let skipped: [SkippedPhoto]
  }

  /// - Parameter known: Labels to use where every folder is called like one of them or like its
  ///   slug; else the folders' names are the labels, sorted.
  static func read(
    _ folder: FilePath, known: [String], threads: Int
  ) throws(DataError) -> Reading {
    let categories = try names(in: folder).folders
    guard !categories.isEmpty else {
      throw DataError(
        .empty, folder,
        "it has neither IDX files nor folders of photos, one a category, in it")
    }
    guard categories.count <= ImageSet.maximumLabels else {
      throw DataError(
        .label, folder, "it has \(categories.count) categories; 256 are the most")
    }
    let (labelNames, indices) = labels(of: categories, known: known)
    var photos: [(path: FilePath, label: UInt8)] = []
    for (category, index) in zip(categories, indices) {
      for path in try files(below: folder.appending(category)) {
        photos.append((path, UInt8(index)))
      }
    }
    let sorted = photos
    let parts = concurrently(over: sorted.count, threads: threads) { range in
      PreparedPart(sorted[range])
    }
    let paths = parts.flatMap(\.paths)
    guard !paths.isEmpty else { throw DataError(.empty, folder, "none of its photos can be read") }
    let images = ImageSet(
      pixels: parts.flatMap(\.pixels), labels: parts.flatMap(\.labels), labelNames: labelNames,
      name: folder.string)
    return Reading(images: images, paths: paths, skipped: parts.flatMap(\.skipped))
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
    return (folders, Array(folders.indices))
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

/// A file in a folder of photos that could not be used.
public struct SkippedPhoto: Sendable, Equatable {
  /// The file.
  public let path: FilePath
  /// A sentence.
  public let reason: String
}

/// What one thread made of its photos.
private struct PreparedPart: Sendable {
  var pixels: [UInt8] = []
  var labels: [UInt8] = []
  var paths: [FilePath] = []
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
      paths.append(photo.path)
    }
  }
}
