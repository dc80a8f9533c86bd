public import FileSystem
public import SystemPackage

extension StateDirectory {
  /// Puts a rejected photo back in the inbox, for `hangtag retry`; the daemon may be running.
  ///
  /// The old claim goes with the photo as an extended attribute, beside its bytes: durable without
  /// a file of its own that could get lost or stay behind. Where the file system keeps no attributes
  /// the new entry does not name the old one.
  /// - Parameters:
  ///   - path: the photo's path below `rejected/`.
  ///   - claim: its claim, as its reason file says; nil where there is no reason file of Hangtag's,
  ///     and nothing is removed.
  /// - Returns: the photo's path in the inbox, with `~2`... where its name was taken.
  public func retry(
    _ path: FilePath, superseding claim: ClaimIdentity?
  ) throws(FileSystemError) -> FilePath {
    let location = Folder.rejected.path.pushing(path)
    let photo = try root.open(location)
    guard try photo.status().kind == .regular else {
      throw FileSystemError(call: "retry", path: location, errno: .invalidArgument)
    }
    if let claim {
      try? photo.setExtendedAttribute(
        File.supersededAttribute, Array(claim.description.utf8))
    }
    let target = try rename(location, to: path, below: Folder.inbox.path)
    if claim != nil {
      // Last: a reason without its photo misleads nobody, a photo without its reason is a riddle.
      let folder = try root.directory(location.removingLastComponent())
      try folder.removeIfThere(location.fileName.appendingToName(OwnName.reasonSuffix))
    }
    return FilePath(root: nil, target.components.dropFirst())
  }

  /// Moves anything from one place in the state directory to a free name in another, durably.
  func rename(
    _ location: FilePath, to path: FilePath, below base: FilePath
  ) throws(FileSystemError) -> FilePath {
    let origin = try root.directory(location.removingLastComponent())
    var names = FreeNames(self)
    while true {
      let target = try names.choose(path, below: base)
      let parent = target.removingLastComponent()
      let folder = try root.openOrCreateDirectory(parent)
      do {
        try origin.rename(location.fileName, to: folder, target.fileName)
      } catch  where error.errno == .fileExists {
        // Taken since: the next one.
        continue
      }
      var touched = TouchedDirectories(self, limit: 1)
      try touched.add(folder, at: parent)
      try touched.sync()
      try origin.sync()
      return target
    }
  }
}

extension File {
  static let supersededAttribute = "user.hangtag.supersedes"

  /// The claim that this photo's next entry supersedes, noted by `StateDirectory.retry`.
  public var supersededClaim: ClaimIdentity? {
    extendedAttribute(Self.supersededAttribute).flatMap {
      ClaimIdentity(String(decoding: $0, as: UTF8.self))
    }
  }

  func forgetSupersededClaim() {
    // A note that stays would only make a later claim of the same file name the same old one.
    try? removeExtendedAttribute(Self.supersededAttribute)
  }
}
