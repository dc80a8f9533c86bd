import Logging
import Synchronization

/// Troubles that come again and again while their cause lasts. Each is logged when it begins and
/// when it is over, not at every attempt in between.
final class Incidents: Sendable {
  private let open = Mutex<[String: String]>([:])
  private let logger: Logger

  init(logger: Logger) { self.logger = logger }

  /// Reports a trouble of some kind; it is logged unless one of its kind lasts already.
  /// - Returns: whether it is news.
  @discardableResult
  func began(_ kind: String, _ sentence: String) -> Bool {
    let isNews = open.withLock { $0.updateValue(sentence, forKey: kind) == nil }
    if isNews { logger.error("\(sentence)") }
    return isNews
  }

  /// Reports that what may have been in trouble works.
  func ended(_ kind: String) {
    let ended = open.withLock { $0.removeValue(forKey: kind) }
    if let ended { logger.notice("It works again. Before: \(ended)") }
  }

  /// The troubles that last, for `hangtag status`.
  var sentences: [String] {
    open.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
  }
}
