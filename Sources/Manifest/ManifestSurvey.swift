import FileSystem
import Glibc
import SystemPackage

/// What a listing of `manifests/` shows. Others may write there too, because who has read a manifest may
/// delete it; but nothing that they have put there counts.
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
  /// What lies under names that Hangtag needs: folders, links and the like, and files of others.
  private(set) var foreign: [(name: FilePath, problem: String)] = []
  /// The highest number that any name shows, also one that was set aside; 0 where none does.
  private(set) var highestNumber = 0

  private let owners: Owners

  init(_ directory: borrowing Directory) throws(FileSystemError) {
    owners = try Owners(of: directory)
    var listing = try directory.listing()
    while let entry = try listing.next() { try look(at: entry, in: directory) }
  }

  private mutating func look(
    at entry: DirectoryListing.Entry, in directory: borrowing Directory
  ) throws(FileSystemError) {
    let text = entry.name.string
    let number = ManifestName.leadingNumber(text) ?? 0
    let (name, isHalfWritten) = (ManifestName(text), ManifestName.isHalfWritten(text))
    guard name != nil || isHalfWritten || number > highestNumber else { return }
    // Years of sealed manifests must not delay a start: most are not looked at.
    if number > highestNumber || name.map({ !$0.isSealed }) ?? false {
      guard let status = try directory.status(of: entry.name) else { return }
      guard owners.include(status) else {
        if name != nil { foreign.append((entry.name, Owners.problem)) }
        return
      }
    }
    highestNumber = max(highestNumber, number)
    guard name != nil || isHalfWritten else { return }
    guard try directory.kind(of: entry) == .regular else {
      foreign.append((entry.name, "it is no regular file"))
      return
    }
    if isHalfWritten { halfWritten.append(entry.name) }
    if let name { note(name) }
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

/// Whose files in `manifests/` are believed: the daemon's own, root's, and those of whom the folder
/// belongs to, as all do after a move to a machine where users have other numbers.
struct Owners {
  /// Why a file of anybody else is set aside.
  static let problem = "another user has put it there"

  private let folderOwner: UInt32

  init(of directory: borrowing Directory) throws(FileSystemError) {
    folderOwner = try directory.status().owner
  }

  func include(_ status: FileStatus) -> Bool {
    [0, geteuid(), folderOwner].contains(status.owner)
  }
}
