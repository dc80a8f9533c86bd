import FileSystem
import SystemPackage
import Threading

/// One walk through the whole inbox: the truth about what waits there, of which events are only
/// hints. It is the probe for the events as well: a photo that has lain there since before the walk
/// began, in a watched folder, and of which no event told, proves that events do not come (a network
/// or overlay file system changed behind this kernel's back).
struct Rescan: ~Copyable {
  /// When it began.
  let began: Moment
  /// When the one before it began, where that can be judged by; nil where events may rightly have
  /// told less.
  private let previous: Moment?
  var scan: TreeScan
  /// Time spent walking, without the pauses for want of room.
  var spent = Duration.zero
  /// Whether a photo was found of which an event should have told.
  var missedEvent = false

  /// Between a change and its event lies less than this.
  private static let tolerance: Int64 = 1_000_000_000

  init(began: Moment, after previous: Moment?, scan: consuming TreeScan) {
    self.began = began
    self.previous = previous
    self.scan = scan
  }

  /// Whether photos that nobody knew are a proof.
  var isJudging: Bool { previous != nil && !missedEvent }

  /// Judges by a photo that nobody knew.
  /// - Parameter watched: since when events of its folder arrive.
  mutating func judge(_ status: FileStatus, watchedSince watched: Int64) {
    guard let previous else { return }
    let earliest = max(previous.wall, watched) + Self.tolerance
    missedEvent = earliest < status.changed && status.changed < began.wall - Self.tolerance
  }
}
