import Inbox

/// How the daemon stands, as it writes it to `status.json` for `hangtag status` and other programs.
/// Keys are in snake_case; further ones may appear within /1.
public struct StatusReport: Sendable, Equatable, Codable {
  /// Photos by what became of them since the start.
  public struct Photos: Sendable, Equatable, Codable {
    /// Classified and believed.
    public var accepted = 0
    /// Classified; a person should look.
    public var review = 0
    /// Could not be read.
    public var rejected = 0
    /// Classified photos by label.
    public var byCategory: [String: Int] = [:]
    /// Rejected photos by error code.
    public var byError: [String: Int] = [:]

    enum CodingKeys: String, CodingKey {
      case accepted, review, rejected
      case byCategory = "by_category"
      case byError = "by_error"
    }
  }

  /// The weights file in force.
  public struct ModelReference: Sendable, Equatable, Codable {
    /// The file's name without its ending.
    public var name: String
    /// SHA-256 of the file.
    public var sha256: String
    /// Where the file is.
    public var path: String
  }

  /// The photo that was recorded last.
  public struct LastPhoto: Sendable, Equatable, Codable {
    /// Where it lay in the inbox.
    public var source: String
    /// What became of it.
    public var outcome: String
    /// The category's label, or the error's code.
    public var verdict: String
    /// The category's probability; nil where it was rejected.
    public var confidence: Double?
    /// RFC 3339, UTC.
    public var at: String
  }

  /// Reloads of configuration and model since the start.
  public struct Reloads: Sendable, Equatable, Codable {
    /// What was found is in force.
    public var ok = 0
    /// What was found is bad, and the old settings stayed in force.
    public var refused = 0
    /// Why the newest configuration is refused; nil where it is in force.
    public var configurationRefusal: String?
    /// Why the newest model is refused; nil where it is in force.
    public var modelRefusal: String?

    enum CodingKeys: String, CodingKey {
      case ok, refused
      case configurationRefusal = "configuration_refusal"
      case modelRefusal = "model_refusal"
    }
  }

  /// The inbox.
  public struct InboxReport: Sendable, Equatable, Codable {
    /// How changes come to notice.
    public var watching: String
    /// Photos seen waiting.
    public var waiting: Int
    /// Whether there may be more than `waiting`.
    public var waitingIsLowerBound: Bool
    /// For how many seconds the oldest waiting photo has been there; 0 where none waits.
    public var oldestWaitingSeconds: Int
    /// Photos in workers' hands.
    public var inFlight: Int
    /// Photos that are not ready yet.
    public var deferred: Int
    /// Photos that cannot be read or taken.
    public var blocked: Int
    /// Complete listings of the inbox.
    public var rescans: Int
    /// Times that the kernel lost events.
    public var overflows: Int

    enum CodingKeys: String, CodingKey {
      case watching, waiting, deferred, blocked, rescans, overflows
      case waitingIsLowerBound = "waiting_is_lower_bound"
      case oldestWaitingSeconds = "oldest_waiting_seconds"
      case inFlight = "in_flight"
    }

    /// - Parameter line: what a walk through the inbox found, which the statistics are not sure of.
    init(_ statistics: InboxStatistics, line: WaitingLine) {
      watching =
        switch statistics.watching {
        case .starting: "starting"
        case .events: "by events"
        case .polling(let reason): "by polling, because \(reason)"
        case .unavailable(let reason): "not at all: \(reason)"
        }
      waiting = max(statistics.waiting, statistics.waitingIsLowerBound ? line.photos : 0)
      oldestWaitingSeconds = line.oldestSeconds
      waitingIsLowerBound = statistics.waitingIsLowerBound
      inFlight = statistics.inFlight
      deferred = statistics.deferred
      blocked = statistics.blocked
      rescans = statistics.rescans
      overflows = statistics.overflows
    }
  }

  /// The form of this document.
  public var schema = "hangtag.status/1"
  /// The program's version.
  public var version: String
  /// The daemon's process.
  public var process: Int32
  /// RFC 3339, UTC.
  public var startedAt: String
  /// RFC 3339, UTC. Nothing is written while nothing happens.
  public var updatedAt: String
  /// The stream of entries; empty before the first commit of this run.
  public var stream: String
  /// The sequence of the entry to come.
  public var nextSequence: Int
  /// Photos since the start.
  public var photos = Photos()
  /// The weights file in force.
  public var model: ModelReference
  /// The inbox; nil before it is watched.
  public var inbox: InboxReport?
  /// The photo that was recorded last; nil before the first of this run.
  public var lastPhoto: LastPhoto?
  /// Reloads since the start.
  public var reloads = Reloads()
  /// Troubles that last, as whole sentences.
  public var troubles: [String] = []

  enum CodingKeys: String, CodingKey {
    case schema, version, process, stream, photos, model, inbox, reloads, troubles
    case lastPhoto = "last_photo"
    case startedAt = "started_at"
    case updatedAt = "updated_at"
    case nextSequence = "next_sequence"
  }
}
