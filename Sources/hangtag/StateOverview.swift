import FileSystem
import FoundationEssentials
import Inbox
import Manifest
import Service
import SystemPackage

/// A state directory at one moment: what the daemon reports, and what a look at the folders shows.
/// `hangtag status --json` prints it; keys are in snake_case, and further ones may appear within /1.
struct StateOverview: Encodable {
  struct Inbox: Encodable {
    let photos: Int
    let bytes: Int64
    let oldestAt: String?
    let unreadableFolders: Int
  }

  struct Figures: Encodable {
    let photos, accepted, review, rejected: Int
    let byCategory: [String: Int]

    init(_ summary: Summary) {
      photos = summary.photos
      accepted = summary.accepted
      review = summary.review
      rejected = summary.rejected
      byCategory = summary.byCategory
    }
  }

  struct SealedManifest: Encodable {
    let name: String
    let sealedAt: String?
    let figures: Figures?
    let fault: String?
  }

  let schema = "hangtag.overview/1"
  let stateDirectory: String
  let running: Bool
  /// What the running daemon reports, or the last one wrote.
  let daemon: StatusReport?
  let inbox: Inbox
  /// Photos that a person should look at.
  let review: Int
  let rejected: Int
  let stream: String?
  let lastSequence: Int
  let notSealed: Figures
  let lastManifest: SealedManifest?

  private enum CodingKeys: String, CodingKey {
    case schema, running, daemon, inbox, review, rejected, stream
    case stateDirectory = "state_directory"
    case lastSequence = "last_sequence"
    case notSealed = "not_sealed"
    case lastManifest = "last_manifest"
  }

  init(of state: StateDirectory) throws {
    stateDirectory = state.path.string
    let process = state.servingProcess()
    running = process != nil
    daemon = Self.report(of: state, process: process)
    let census = InboxCensus(of: state)
    inbox = Inbox(
      photos: census.photos, bytes: census.bytes,
      oldestAt: census.oldest.map { Timestamp(nanoseconds: $0).description },
      unreadableFolders: census.unreadableFolders)
    review = try state.photoCount(in: .review) { _ in true }
    rejected = try state.photoCount(in: .rejected) { !RejectedPhoto.isReason($0) }
    let reader = ManifestReader(try state.folder(.manifests))
    let overview = try reader.overview()
    stream = overview.stream
    lastSequence = overview.lastSequence
    notSealed = Figures(overview.open)
    lastManifest = overview.sealed.last.map { Self.sealed($0, reader) }
  }

  private static func sealed(
    _ number: Int, _ reader: borrowing ManifestReader
  ) -> SealedManifest {
    let name = ManifestReader.Place.sealed(number).description
    do {
      let document = try reader.document(number)
      return SealedManifest(
        name: name, sealedAt: document.sealedAt.description, figures: Figures(document.summary),
        fault: nil)
    } catch {
      return SealedManifest(name: name, sealedAt: nil, figures: nil, fault: error.message)
    }
  }

  /// The report lies in the state directory or, under systemd, in a runtime directory; there it may
  /// be another daemon's, so its process must be the one that serves here.
  private static func report(of state: StateDirectory, process: Int32?) -> StatusReport? {
    let beside = StatusFile(in: RuntimeFolder(environment: [:], stateDirectory: state.path)).read()
    guard let process else { return beside }
    if beside?.process == process { return beside }
    for directory in RuntimeDirectories.all {
      let folder = RuntimeFolder(
        environment: ["RUNTIME_DIRECTORY": directory], stateDirectory: state.path)
      if let report = StatusFile(in: folder).read(), report.process == process { return report }
    }
    return nil
  }
}

/// The folders that systemd gave to daemons: `/run/hangtag`, for an instance of the template
/// `/run/hangtag/NAME` or `/run/hangtag-NAME`.
private enum RuntimeDirectories {
  static var all: [String] {
    let bases = names(in: "/run").filter { $0.hasPrefix("hangtag") }.map { "/run/\($0)" }
    return bases + bases.flatMap { base in names(in: base).map { "\(base)/\($0)" } }
  }

  private static func names(in folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }
}

extension StateOverview.Inbox {
  private enum CodingKeys: String, CodingKey {
    case photos, bytes
    case oldestAt = "oldest_at"
    case unreadableFolders = "unreadable_folders"
  }
}

extension StateOverview.Figures {
  private enum CodingKeys: String, CodingKey {
    case photos, accepted, review, rejected
    case byCategory = "by_category"
  }
}

extension StateOverview.SealedManifest {
  private enum CodingKeys: String, CodingKey {
    case name, figures, fault
    case sealedAt = "sealed_at"
  }
}
