import Foundation
import Glibc
import Testing

@Suite("systemd's watchdog")
struct WatchdogTests {
  private let bed: TestBed
  private let settings = [
    "WATCHDOG_USEC": "400000", "HANGTAG_DECODE_TIMEOUT": "100ms", "HANGTAG_WORKERS": "1",
    "HANGTAG_RESCAN": "1s",
  ]

  init() throws { bed = try TestBed() }

  @Test("is fed by a daemon that has nothing to do")
  func idle() throws {
    let daemon = try DaemonProcess(bed, environment: settings)
    try #require(bed.notify.await { $0 == "READY=1" }, "\(daemon.log)")
    for _ in 1...3 { #expect(bed.notify.await { $0 == "WATCHDOG=1" }) }
    daemon.send(SIGTERM)
    #expect(daemon.end() == 0)
  }

  @Test(
    "is not fed while a thread hangs and there is work; status says which, and it is fed again after",
    .enabled(if: FrozenThread.isPossible, "needs the right to ptrace"),
    arguments: [
      ("worker 1", "Nothing has moved"), ("commit", "Nothing has moved"),
      ("inbox", "The inbox has not been looked at"),
    ])
  func hanging(thread: String, sentence: String) throws {
    let daemon = try DaemonProcess(bed, environment: settings)
    try #require(bed.notify.await { $0 == "READY=1" }, "\(daemon.log)")
    let frozen = try FrozenThread(thread, of: daemon.identifier)
    try bed.drop(bed.photo(), as: "a.jpg")
    #expect(bed.notify.await { $0.hasPrefix("STATUS=") && $0.contains(sentence) }, "\(daemon.log)")
    // Until the next refresh of the status, several feeding times later, no sign of life may come.
    var lines: [String] = []
    repeat { lines = bed.notify.nextLines() } while lines == []
    #expect(lines.allSatisfy { $0.hasPrefix("STATUS=") && $0.contains(sentence) }, "\(lines)")
    frozen.release()
    #expect(bed.notify.await { $0 == "WATCHDOG=1" })
    #expect(bed.notify.await { $0.reportsPhotos(1) }, "\(daemon.log)")
    daemon.send(SIGTERM)
    #expect(daemon.end() == 0)
    let audit = try bed.audit()
    #expect(audit.isClean, "\(audit.report)")
  }

  @Test(
    "is not fed while a worker hangs on a photo that it has claimed",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/strace"), "needs strace"),
    .enabled(if: FrozenThread.isPossible, "needs the right to ptrace"))
  func claimed() throws {
    // The disk takes three seconds for the photo's own bytes.
    let slow = [
      "strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e",
      "inject=fdatasync:delay_enter=3000000:when=1",
    ]
    let daemon = try DaemonProcess(bed, environment: settings, wrapper: slow)
    try #require(bed.notify.await { $0 == "READY=1" }, "\(daemon.log)")
    try bed.drop(bed.photo(), as: "a.jpg")
    #expect(
      bed.notify.await {
        $0.contains("The thread `worker 1` hangs: it has been classifying a.jpg")
      },
      "\(daemon.log)")
    #expect(bed.notify.await { $0 == "WATCHDOG=1" })
    #expect(bed.notify.await { $0.reportsPhotos(1) }, "\(daemon.log)")
    daemon.send(SIGTERM)
    #expect(daemon.end() == 0)
  }
}
