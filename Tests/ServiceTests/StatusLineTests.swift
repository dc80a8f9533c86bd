import Testing

@testable import Inbox
@testable import Service

@Suite("The line for systemctl status")
struct StatusLineTests {
  private var report: StatusReport {
    var report = StatusReport(
      version: "1", process: 7, startedAt: "", updatedAt: "", stream: "", nextSequence: 1,
      model: .init(name: "m", sha256: "ab", path: "/m"))
    report.photos.accepted = 12
    report.photos.review = 3
    return report
  }

  private func inbox(waiting: Int, blocked: Int = 0) -> StatusReport.InboxReport {
    var statistics = InboxStatistics()
    statistics.waiting = waiting
    statistics.blocked = blocked
    return .init(statistics, line: WaitingLine())
  }

  @Test("says idle, what was done, and the last photo")
  func idle() {
    var report = report
    report.inbox = inbox(waiting: 0)
    report.lastPhoto = .init(
      source: "spring/a.jpg", outcome: "accepted", verdict: "Coat", confidence: 0.98, at: "NOON")
    #expect(
      report.line
        == "Idle; 12 accepted, 3 for review, 0 rejected; "
        + "last spring/a.jpg: accepted, Coat 0.98, at NOON")
  }

  @Test("says what waits and what is blocked")
  func waiting() {
    var report = report
    report.inbox = inbox(waiting: 5, blocked: 2)
    #expect(report.line.hasPrefix("5 waiting, the oldest for 0 s; 2 blocked: the log names them"))
  }

  @Test("begins with what needs a person")
  func troubles() {
    var report = report
    report.troubles = ["There is no room."]
    report.reloads.modelRefusal = "It is broken."
    report.inbox = inbox(waiting: 0)
    #expect(report.line.hasPrefix("There is no room; It is broken; Idle; "))
  }

  @Test("is cut where it is longer than systemd takes, and cannot be forged by a file name")
  func safe() {
    let long = SystemdNotifier.text(.status(String(repeating: "\u{fc}", count: 5000)))
    #expect(long.utf8.count < 4096)
    #expect(long.hasSuffix("\u{fc}..."))
    #expect(SystemdNotifier.text(.status("a\nREADY=1")) == "STATUS=a\\u{a}READY=1")
  }
}
