public import Classification
public import SystemPackage

/// Photos as the network sees them, and what the preprocessing saw of each.
public struct PhotoSet: Sendable, Equatable {
  /// The images with their labels.
  public let images: ImageSet
  /// What the preprocessing measured of each.
  public let measurements: [PreparedInput.Measurements]
}

/// A shop's labelled photos, for measuring a model and for calibrating it.
public struct PhotoCollection: Sendable {
  /// Photos of the model's categories.
  public let photos: PhotoSet
  /// Photos of anything else: what a person should see. nil where there are none.
  public let strangers: PhotoSet?
  /// Files that could not be used.
  public let skipped: [SkippedPhoto]

  init(photos: PhotoSet, strangers: PhotoSet?, skipped: [SkippedPhoto]) {
    self.photos = photos
    self.strangers = strangers
    self.skipped = skipped
  }

  /// Reads a folder of photos sorted by people into one folder a category, called like the
  /// category or its slug. Folders with other names hold photos of other things.
  ///
  /// - Parameters:
  ///   - labels: The model's.
  ///   - withStrangers: Whether photos of other things are read too.
  ///   - threads: How many decode photos.
  public init(
    folder: FilePath, labels: [String], withStrangers: Bool = true, threads: Int
  ) throws(DataError) {
    self = try PhotoFolderReader.readApart(
      folder, known: labels, withStrangers: withStrangers, threads: threads)
  }
}

/// A file in a folder of photos that could not be used.
public struct SkippedPhoto: Sendable, Equatable {
  /// The file.
  public let path: FilePath
  /// A sentence.
  public let reason: String
}
