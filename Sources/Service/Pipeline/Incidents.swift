import Logging
import Synchronization

/// Troubles that come again and again while their cause lasts. Each is logged when it begins and
/// when it is over, not at every attempt in between.
final class Incidents: Sendable {
  private let open = Mutex<[String: String]>([:])
  private let logger: Logger
  private let changed: @Sendable () -> Void

  /// - Parameter changed: called when a trouble has begun or is over.
  init(logger: Logger, changed: @escaping @Sendable () -> Void = {}) {
    self.logger = logger
    self.changed = changed
  }

  /// Reports a trouble of some kind; it is logged unless one of its kind lasts already.
  /// - Returns: whether it is news.
  @discardableResult
  func began(_ kind: String, _ sentence: String) -> Bool {
    let isNews = open.withLock { $0.updateValue(sentence, forKey: kind) == nil }
    guard isNews else { return false }
    logger.error("\(sentence)")
    changed()
    return true
  }

  /// Reports that what may have been in trouble works.
  func ended(_ kind: String) {
    let ended = open.withLock { $0.removeValue(forKey: kind) }
    guard let ended else { return }
    logger.notice("It works again. Before: \(ended)")
    changed()
  }

  /// The troubles that last, for `hangtag status`.
  var sentences: [String] {
    open.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
  }
}
