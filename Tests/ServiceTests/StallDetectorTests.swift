import Testing
import Threading

@testable import Inbox
@testable import Service

@Suite("A service that hangs")
struct StallDetectorTests {
  private static let start = MonotonicTime(nanoseconds: 1_000_000_000_000)
  private var detector = StallDetector(watchdog: .seconds(20))

  private func board(
    worker: ProgressBoard.Activity, committer: ProgressBoard.Activity = .free, changes: Int = 1
  ) -> ProgressBoard.Snapshot {
    ProgressBoard.Snapshot(
      entries: [
        .init(thread: "worker 1", takesPhotos: true, worker, since: Self.start),
        .init(thread: "commit", takesPhotos: false, committer, since: Self.start),
      ], changes: changes)
  }

  private var readyPhotos: InboxStatistics {
    var statistics = InboxStatistics()
    statistics.waiting = 5
    statistics.deferred = 2
    return statistics
  }

  @Test("is told from one that decodes for as long as a photo may take")
  func limit() {
    var detector = detector
    let board = board(worker: .classifying)
    func hangs(after seconds: Int, decodeLimit: Duration) -> Bool {
      let now = Self.start + .seconds(seconds)
      return detector.stall(board, nil, uncommitted: 0, decodeLimit: decodeLimit, at: now) != nil
    }
    #expect(!hangs(after: 20, decodeLimit: .seconds(1)))
    #expect(hangs(after: 21, decodeLimit: .seconds(1)))
    // Raised by a reload.
    #expect(!hangs(after: 1200, decodeLimit: .seconds(600)))
    #expect(hangs(after: 1201, decodeLimit: .seconds(600)))
  }

  @Test(
    "is one whose thread has been at one piece of work for too long",
    arguments: [ProgressBoard.Activity.taking, .classifying, .recording, .moving, .sealing])
  func work(activity: ProgressBoard.Activity) {
    var detector = detector
    let busy = [board(worker: activity), board(worker: .free, committer: activity)]
    for board in busy {
      let (soon, late) = (Self.start + .seconds(60), Self.start + .seconds(61))
      #expect(detector.stall(board, nil, uncommitted: 0, at: soon) == nil)
      #expect(detector.stall(board, nil, uncommitted: 0, at: late)?.contains("61 s") == true)
    }
  }

  @Test("is none that is idle, or that waits for the disk to get better, for however long")
  func idle() {
    var detector = detector
    let years = Self.start + .seconds(100_000_000)
    var inbox = InboxStatistics()
    inbox.deferred = 2
    inbox.waiting = 2
    #expect(detector.stall(board(worker: .free), inbox, uncommitted: 0, at: Self.start) == nil)
    #expect(detector.stall(board(worker: .free), inbox, uncommitted: 0, at: years) == nil)
    let full = board(worker: .waiting, committer: .waiting)
    #expect(detector.stall(full, readyPhotos, uncommitted: 9, at: Self.start) == nil)
    #expect(detector.stall(full, readyPhotos, uncommitted: 9, at: years) == nil)
  }

  @Test("is one whose inbox has not been looked at when it was due")
  func inbox() {
    var detector = detector
    var inbox = InboxStatistics()
    inbox.turnDue = Self.start + .seconds(100)
    let idle = board(worker: .free)
    #expect(detector.stall(idle, inbox, uncommitted: 0, at: Self.start + .seconds(160)) == nil)
    #expect(detector.stall(idle, inbox, uncommitted: 0, at: Self.start + .seconds(161)) != nil)
  }

  @Test("is one in which nobody takes the work that there is", arguments: [(3, 0), (0, 3)])
  func untaken(ready: Int, uncommitted: Int) {
    var detector = detector
    var inbox = InboxStatistics()
    inbox.waiting = ready
    var stall: String?
    func look(after seconds: Int, changes: Int) {
      stall = detector.stall(
        board(worker: .free, changes: changes), inbox, uncommitted: uncommitted,
        at: Self.start + .seconds(seconds))
    }
    look(after: 0, changes: 1)
    look(after: 60, changes: 1)
    #expect(stall == nil)
    // Something moved in between, though it looks the same.
    look(after: 61, changes: 2)
    #expect(stall == nil)
    look(after: 121, changes: 2)
    #expect(stall == nil)
    look(after: 122, changes: 2)
    #expect(stall?.hasPrefix("Nothing has moved for 61 s") == true)
  }
}

@Suite("The watchdog")
struct WatchdogTests {
  @Test("is fed twice in the time that systemd allows")
  func interval() {
    let watchdog = Watchdog(environment: ["WATCHDOG_USEC": "60000000"], process: 7)
    #expect(watchdog?.interval == .seconds(30))
  }

  @Test(
    "is there only where systemd watches this very process",
    arguments: [
      [:], ["WATCHDOG_USEC": "0"], ["WATCHDOG_USEC": "soon"],
      ["WATCHDOG_USEC": "1000", "WATCHDOG_PID": "8"],
    ])
  func absent(environment: [String: String]) {
    #expect(Watchdog(environment: environment, process: 7) == nil)
  }

  @Test("is there where its process number is this one's")
  func present() {
    let environment = ["WATCHDOG_USEC": "1000", "WATCHDOG_PID": "7"]
    #expect(Watchdog(environment: environment, process: 7) != nil)
  }
}

extension StallDetector {
  /// Where a photo may take 30 s.
  fileprivate mutating func stall(
    _ board: ProgressBoard.Snapshot, _ inbox: InboxStatistics?, uncommitted: Int,
    at now: MonotonicTime
  ) -> String? {
    stall(board, inbox, uncommitted: uncommitted, decodeLimit: .seconds(30), at: now)
  }
}
