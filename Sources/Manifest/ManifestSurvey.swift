import FileSystem
import SystemPackage

/// What a listing of `manifests/` shows.
struct ManifestSurvey {
  /// Numbers of journals, sealed manifests, and sealed manifests not yet published.
  private(set) var journals: Set<Int> = []
  private(set) var sealed: Set<Int> = []
  private(set) var ready: Set<Int> = []
  private(set) var hasStream = false
  /// Whether an administrator wants a new stream.
  private(set) var asksForNewStream = false
  /// What deaths have left of files being written.
  private(set) var halfWritten: [FilePath] = []
  /// Folders, links and the like under names that Hangtag needs.
  private(set) var foreign: [FilePath] = []
  /// The highest number that any name shows, also one that was set aside; 0 where none does.
  private(set) var highestNumber = 0

  init(_ directory: borrowing Directory) throws(FileSystemError) {
    var listing = try directory.listing()
    while let entry = try listing.next() {
      let text = entry.name.string
      highestNumber = max(highestNumber, ManifestName.leadingNumber(text) ?? 0)
      let isHalfWritten = ManifestName.isHalfWritten(text)
      let name = ManifestName(text)
      guard isHalfWritten || name != nil else { continue }
      guard try directory.kind(of: entry) == .regular else {
        foreign.append(entry.name)
        continue
      }
      if isHalfWritten { halfWritten.append(entry.name) }
      if let name { note(name) }
    }
  }

  private mutating func note(_ name: ManifestName) {
    switch name {
    case .journal(let number): journals.insert(number)
    case .sealed(let number): sealed.insert(number)
    case .ready(let number): ready.insert(number)
    case .stream: hasStream = true
    case .newStream: asksForNewStream = true
    }
  }
}
