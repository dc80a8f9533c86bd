/// How often systemd wants to hear that the service is well: WatchdogSec= of its unit.
struct Watchdog: Sendable, Equatable {
  /// After this long without a word systemd ends the service.
  let patience: Duration

  /// What the environment says: see sd_watchdog_enabled(3).
  /// - Returns: nil where nobody watches this process.
  init?(environment: [String: String], process: Int32) {
    guard let text = environment["WATCHDOG_USEC"], let microseconds = Int64(text),
      microseconds > 0
    else { return nil }
    if let watched = environment["WATCHDOG_PID"], watched != "\(process)" { return nil }
    patience = .microseconds(microseconds)
  }

  /// Twice in that time, as systemd recommends.
  var interval: Duration { patience / 2 }
}
