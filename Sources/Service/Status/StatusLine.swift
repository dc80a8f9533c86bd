extension StatusReport {
  /// The report in one line, for `systemctl status`: what needs a person first.
  var line: String {
    let refusals = [reloads.modelRefusal, reloads.configurationRefusal].compactMap(\.self)
    let alarms = (troubles + refusals).map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 }
    let counts =
      "\(photos.accepted) accepted, \(photos.review) for review, \(photos.rejected) rejected"
    let parts = alarms + [queueText, blockedText, counts, lastPhoto?.text].compactMap(\.self)
    return parts.joined(separator: "; ")
  }

  private var queueText: String? {
    guard let inbox else { return "Starting" }
    if inbox.waiting == 0, inbox.inFlight == 0 { return "Idle" }
    let count = "\(inbox.waiting)\(inbox.waitingIsLowerBound ? "+" : "") waiting"
    return inbox.waiting == 0 ? count : "\(count), the oldest for \(inbox.oldestWaitingSeconds) s"
  }

  private var blockedText: String? {
    guard let inbox, inbox.blocked > 0 else { return nil }
    return "\(inbox.blocked) blocked: the log names them"
  }
}

extension StatusReport.LastPhoto {
  fileprivate var text: String {
    let certainty = confidence.map { " \($0)" } ?? ""
    return "last \(source): \(outcome), \(verdict)\(certainty), at \(at)"
  }
}
