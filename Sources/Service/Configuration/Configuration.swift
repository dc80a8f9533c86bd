public import Imaging
public import Manifest
public import SystemPackage

/// All that an administrator can set, resolved once at start or reload into one immutable value.
public struct Configuration: Sendable, Equatable {
  /// Where inbox, results and manifests are.
  public var stateDirectory: FilePath = "/var/lib/hangtag"
  /// The weights file; nil: the one that was installed with the program.
  public var model: FilePath?
  /// Threads that decode and classify; 0: one a processor, up to two where they wait.
  public var workers = 0
  /// How long a file without a closing event must be unchanged before it counts as ready.
  public var settle: Duration = .seconds(2)
  /// How long an incomplete photo must be unchanged before it is given up as truncated.
  public var incompleteAfter: Duration = .seconds(60)
  /// How often the inbox is listed from scratch, whatever the events said.
  public var rescan: Duration = .seconds(30)
  /// The most folders watched by events; folders beyond are found by the rescan.
  public var maximumWatches = 4096
  /// Confidence below which a photo goes to review; nil: what the model file says.
  public var threshold: Double?
  /// How many of the accepted photos must be in the right category, 0 to 1: the model's calibration
  /// says from which confidence on. nil: what the model file says. The threshold wins over it.
  public var targetPrecision: Double?
  /// What a photo may cost before it is rejected.
  public var limits = DecodeLimits()
  /// When a journal becomes a sealed manifest.
  public var seal = SealPolicy()
  /// The least severe message that is logged.
  public var logLevel = "notice"

  /// The defaults.
  public init() {}

  /// The weights file that is used.
  public var modelPath: FilePath { model ?? InstalledModel.path() }

  /// Whether a daemon that runs with `old` must be started anew for this to take effect in full. A
  /// reload takes over the model, what is accepted and the limits of a photo.
  func needsRestart(insteadOf old: Configuration) -> Bool {
    var reloaded = old
    reloaded.model = model
    reloaded.threshold = threshold
    reloaded.targetPrecision = targetPrecision
    reloaded.limits = limits
    return reloaded != self
  }
}
