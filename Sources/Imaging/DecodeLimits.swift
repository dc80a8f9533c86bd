/// How much one photo may cost. What exceeds a limit is refused as `too_large`, from its header
/// where that tells, so that a small hostile file cannot take the machine.
public struct DecodeLimits: Sendable, Equatable {
  /// Bytes of the file.
  public var maximumBytes: Int
  /// Width times height, as the header claims them.
  public var maximumPixels: Int
  /// Scans of a progressive JPEG. Programs write about ten; a file of thousands is an attack.
  public var maximumScans: Int
  /// Bytes that one decode may allocate. Only a sequential JPEG whose components come in scans of
  /// their own, or a progressive one without its last scans, comes near it: libjpeg keeps all its
  /// coefficients, 3 bytes a pixel with 4:2:0 and 6 with 4:4:4.
  public var maximumMemory: Int
  /// Time from the start of a decode on a clock that never stops; looked at between rows and
  /// between a JPEG's scans.
  public var timeLimit: Duration

  /// The defaults take any camera's photo: 250 megapixels, 40 where all coefficients of a 4:4:4 JPEG
  /// are kept.
  public init(
    maximumBytes: Int = 256 << 20, maximumPixels: Int = 250_000_000, maximumScans: Int = 100,
    maximumMemory: Int = 256 << 20, timeLimit: Duration = .seconds(30)
  ) {
    self.maximumBytes = maximumBytes
    self.maximumPixels = maximumPixels
    self.maximumScans = maximumScans
    self.maximumMemory = maximumMemory
    self.timeLimit = timeLimit
  }
}
