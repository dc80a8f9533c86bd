public import FileSystem
import FoundationEssentials

/// Reads `manifests/` for tools, also while the daemon is at work. It never writes, and what goes
/// away while it looks is passed over.
public struct ManifestReader: ~Copyable, Sendable {
  /// Where an entry stands.
  public enum Place: Sendable, Equatable, CustomStringConvertible {
    /// In an open journal: it counts, but is not sealed.
    case journal(Int)
    /// In a sealed manifest.
    case sealed(Int)

    /// The file's name in `manifests/`.
    public var description: String {
      switch self {
      case .journal(let number): ManifestName.journal(number).text
      case .sealed(let number): ManifestName.sealed(number).text
      }
    }
  }

  /// An entry and where it stands.
  public struct Found: Sendable, Equatable {
    /// The entry.
    public let entry: Entry
    /// The file it stands in.
    public let place: Place
  }

  /// How far the stream has come.
  public struct Overview: Sendable, Equatable {
    /// The stream's UUID; nil where no daemon has run here, or the stream file is damaged.
    public let stream: String?
    /// The highest sequence that counts; 0 where there is none.
    public let lastSequence: Int
    /// The numbers of the sealed manifests that are there, rising.
    public let sealed: [Int]
    /// What the open journals hold.
    public let open: Summary
  }

  private let folder: ManifestFolder

  /// Creates a reader of a `manifests/` folder.
  public init(_ manifests: consuming Directory) { folder = ManifestFolder(manifests) }

  /// How far the stream has come.
  public func overview() throws(FileSystemError) -> Overview {
    let survey = try ManifestSurvey(folder.directory)
    var entries: [Entry] = []
    for number in survey.journals.sorted() { entries += openEntries(number) }
    let state = StreamState(readable(.stream) ?? [])
    return Overview(
      stream: state?.stream,
      lastSequence: max(state?.sequence ?? 0, entries.map(\.sequence).max() ?? 0),
      sealed: survey.sealed.sorted(),
      open: Summary(entries.filter { $0.sequence > state?.sequence ?? 0 }))
  }

  /// Reads and checks a sealed manifest.
  public func document(_ number: Int) throws(ManifestFault) -> SealedDocument {
    let bytes: [UInt8]?
    do throws(FileSystemError) {
      bytes = try contents(.sealed(number))
    } catch {
      throw ManifestFault(rule: "unreadable", message: error.description)
    }
    guard let bytes else { throw ManifestFault(rule: "unreadable", message: "it is not there") }
    return try SealedDocument(bytes, number: number)
  }

  /// The entries that are about a photo, the newest first.
  /// - Parameters:
  ///   - query: which photo.
  ///   - limit: the most entries to find.
  public func find(_ query: EntryQuery, limit: Int) throws(FileSystemError) -> [Found] {
    var found: [Found] = []
    var sequences: Set<Int> = []
    func take(_ entries: [Entry], _ place: Place) {
      for entry in entries.reversed()
      where query.matches(entry) && sequences.insert(entry.sequence).inserted {
        found.append(Found(entry: entry, place: place))
      }
    }
    // The journals first: what is sealed meanwhile is in the second listing.
    for number in try ManifestSurvey(folder.directory).journals.sorted(by: >) {
      take(openEntries(number), .journal(number))
    }
    for number in try ManifestSurvey(folder.directory).sealed.sorted(by: >)
    where found.count < limit {
      guard let bytes = readable(.sealed(number)), query.mayMatch(bytes),
        let document = try? SealedDocument(bytes, number: number)
      else { continue }
      take(document.entries, .sealed(number))
    }
    return Array(found.prefix(limit))
  }

  /// A journal's entries. A line that makes no sense is passed over: the last may be half written.
  private func openEntries(_ number: Int) -> [Entry] {
    let bytes = readable(.journal(number)) ?? []
    return bytes.split(separator: UInt8(ascii: "\n")).compactMap {
      try? JSONDecoder().decode(Entry.self, from: Data($0))
    }
  }

  private func contents(_ name: ManifestName) throws(FileSystemError) -> [UInt8]? {
    do throws(FileSystemError) {
      return try folder.read(name.path)
    } catch {
      if error.isNotFound { return nil }
      throw error
    }
  }

  /// What of a file that belongs to many can be read: one bad file must not hide the others.
  private func readable(_ name: ManifestName) -> [UInt8]? { (try? contents(name)) ?? nil }
}
