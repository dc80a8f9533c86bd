public import Imaging
public import Manifest
public import SystemPackage

extension Observation {
  /// What an analysis means for a photo that is not in Hangtag's care.
  /// - Parameters:
  ///   - path: the photo's path as a person gave it.
  ///   - byteCount: the length of the file.
  public init(
    _ analysis: PhotoAnalysis, of path: FilePath, byteCount: Int, model: ServingModel
  ) {
    let verdict = PhotoVerdict(analysis, model: model, byteCount: byteCount)
    self.init(
      source: RecordedPath(path), sha256: analysis.sha256, verdict: verdict.verdict,
      image: verdict.image, model: model.reference)
  }

  /// A file that is larger than the limits allow, and was not read.
  public init(tooLarge path: FilePath, limits: DecodeLimits, model: ServingModel) {
    self.init(
      source: RecordedPath(path), sha256: nil,
      verdict: PhotoVerdict(largerThan: limits.maximumBytes).verdict, image: nil,
      model: model.reference)
  }

  /// A file that could not even be read.
  /// - Parameter reason: a whole sentence.
  public init(unreadable path: FilePath, because reason: String, model: ServingModel) {
    let failure = Entry.Failure(code: DecodeError.Code.unreadable.rawValue, message: reason)
    self.init(
      source: RecordedPath(path), sha256: nil, verdict: .rejected(failure), image: nil,
      model: model.reference)
  }
}

extension ServingModel {
  /// How entries name the model.
  var reference: Entry.Model { Entry.Model(name: name, sha256: sha256) }
}
