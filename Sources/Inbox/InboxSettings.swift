/// How the inbox is watched.
public struct InboxSettings: Sendable, Equatable {
  /// How long a photo that no event spoke of must be unchanged before it is read.
  public var settle = Duration.seconds(2)
  /// How long an incomplete photo must be unchanged before it is given up.
  public var incompleteAfter = Duration.seconds(60)
  /// The pause between walks through the inbox while events work.
  public var rescanInterval = Duration.seconds(30)
  /// The same where they do not.
  public var pollInterval = Duration.seconds(5)
  /// The most directories to watch. The kernel grants a user a limited number for all programs.
  public var maximumWatches = 4096
  /// The deepest sub folder to enter.
  public var maximumDepth = 64
  /// Hints kept in memory; beyond, a rescan finds the photos.
  public var hintCapacity = 1024
  /// Photos kept in memory until they are ready; beyond, a rescan finds them.
  public var deferredCapacity = 4096
  /// Blocked photos kept in memory so that each is reported once.
  public var blockedCapacity = 4096
  /// Hand out what is there and end, waiting for photos that are not ready no longer than `settle`
  /// and `incompleteAfter`.
  public var once = false

  /// Creates the default settings.
  public init() {}
}
