import FileSystem
import SystemPackage
public import Threading

/// Decides when a photo has arrived whole enough to be read, and when one that stays incomplete is
/// given up. Pure: it is told the time.
///
/// Every write changes a file's `ctime`, and no copying program can set it, so "unchanged for a
/// while" is `now - ctime`, which needs no memory. Only where `ctime` lies in the future (the clock
/// was set back, a file server's clock is ahead) does this watch the file itself, by the clock that
/// never jumps.
public struct Readiness: Sendable {
  /// What is known of a file's bytes.
  public enum Bytes: Sendable {
    /// Nobody has looked: may they be read?
    case unread
    /// They end too early: is the photo to be given up?
    case incomplete
  }

  /// The answer for one look.
  public enum Verdict: Sendable, Equatable {
    /// Go on: read the photo, or claim the incomplete one to reject it.
    case ready
    /// Leave it alone and look again then.
    case wait(until: MonotonicTime)
  }

  private struct Sighting {
    var status: FileStatus
    var since: MonotonicTime
    var lastLook: MonotonicTime
  }

  let settle: Duration
  let incompleteAfter: Duration
  /// Files with a `ctime` in the future.
  private var sightings: [FilePath: Sighting] = [:]
  private static let sightingLimit = 1024

  init(settle: Duration, incompleteAfter: Duration) {
    self.settle = settle
    self.incompleteAfter = incompleteAfter
  }

  /// - Parameters:
  ///   - announced: an event said that the file was renamed in or closed after writing.
  ///   - bytes: `incomplete` asks whether to give the file up.
  mutating func verdict(
    on status: FileStatus, of path: FilePath, announced: Bool, bytes: Bytes, at now: Moment
  ) -> Verdict {
    let needed: Duration
    switch bytes {
    case .unread:
      if announced { return .ready }
      needed = settle
    case .incomplete: needed = incompleteAfter
    }
    let unchanged =
      status.changed <= now.wall
      ? .nanoseconds(now.wall - status.changed) : observed(status, of: path, at: now.monotonic)
    return unchanged >= needed ? .ready : .wait(until: now.monotonic + (needed - unchanged))
  }

  /// Forgets a file that has left the inbox.
  mutating func forget(_ path: FilePath) {
    if !sightings.isEmpty { sightings[path] = nil }
  }

  /// For how long the file has been seen unchanged.
  private mutating func observed(
    _ status: FileStatus, of path: FilePath, at now: MonotonicTime
  ) -> Duration {
    if let sighting = sightings[path], sighting.status == status {
      sightings[path]?.lastLook = now
      return now - sighting.since
    }
    if sightings.count >= Self.sightingLimit {
      // Those that nobody asks for any more have left. With no room the file waits for room: to
      // push another out could starve both.
      let old = incompleteAfter + incompleteAfter + .seconds(60)
      sightings = sightings.filter { now - $0.value.lastLook < old }
      if sightings.count >= Self.sightingLimit { return .zero }
    }
    sightings[path] = Sighting(status: status, since: now, lastLook: now)
    return .zero
  }
}
