import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Metrics and status of the real daemon")
struct MetricsTests {
  @Test("agree with the manifest, and are valid by Prometheus' rules")
  func agreement() throws {
    let bed = try TestBed()
    for number in 1...7 { try bed.drop(bed.photo(), as: "\(number).jpg") }
    try bed.drop(Array("no photo".utf8), as: "text.jpg")
    let daemon = try DaemonProcess(bed)
    #expect(bed.notify.await { $0.reportsPhotos(8) }, "\(daemon.log)")
    daemon.send(SIGTERM)
    #expect(daemon.end() == 0)
    let entries = try bed.entries()
    let metrics = try bed.metrics()
    for outcome in ["accepted", "review", "rejected"] {
      let count = entries.count { $0["outcome"] as? String == outcome }
      #expect(metrics.value("hangtag_photos_total", ["outcome": outcome]) == Double(count))
    }
    var categories: [String: Double] = [:]
    for entry in entries {
      guard let category = entry["category"] as? [String: Any] else { continue }
      categories[try #require(category["slug"] as? String), default: 0] += 1
    }
    for (slug, count) in categories {
      #expect(
        metrics.value("hangtag_photos_by_category_total", ["category": slug]) == count, "\(slug)")
    }
    #expect(metrics.value("hangtag_rejected_total", ["code": "unsupported_format"]) == 1)
    let stages = ["settle": 8.0, "decode": 8, "infer": 7, "commit": 8]
    for (stage, count) in stages {
      #expect(metrics.value("hangtag_stage_seconds_count", ["stage": stage]) == count, "\(stage)")
      #expect(try #require(metrics.value("hangtag_stage_seconds_sum", ["stage": stage])) > 0)
    }
    #expect(metrics.value("hangtag_confidence_count") == 7)
    #expect(metrics.value("hangtag_queue_photos") == 0)
    let last = try #require(try bed.status()["last_photo"] as? [String: Any])
    #expect(last["source"] as? String == entries.last?["source"] as? String)
  }

  @Test("tell of a photo that waits, and for how long it has")
  func waiting() throws {
    let bed = try TestBed()
    let half = bed.photo()
    try Data(half.prefix(half.count / 2)).write(to: bed.inbox.appending(path: "half.jpg"))
    let daemon = try DaemonProcess(bed, environment: ["HANGTAG_INCOMPLETE_AFTER": "1h"])
    #expect(
      bed.notify.await { line in
        line.hasPrefix("STATUS=1 waiting, the oldest for ") && !line.contains(" for 0 s")
      }, "\(daemon.log)")
    #expect(try bed.metrics().value("hangtag_queue_photos") == 1)
    #expect(try #require(try bed.metrics().value("hangtag_oldest_waiting_seconds")) >= 1)
    daemon.send(SIGTERM)
    #expect(daemon.end() == 0)
  }

  @Test(
    "count a photo that cannot be read as blocked, and the log names it once",
    .enabled(if: getuid() == 0, "needs root, to run the daemon as another user"))
  func blocked() throws {
    let bed = try TestBed()
    try Data(bed.photo()).write(to: bed.inbox.appending(path: "closed.jpg"))
    try bed.give(to: 65534)
    #expect(unsafe chown(bed.inbox.appending(path: "closed.jpg").path, 0, 0) == 0)
    #expect(unsafe chmod(bed.inbox.appending(path: "closed.jpg").path, 0o600) == 0)
    let daemon = try DaemonProcess(
      bed, environment: ["HANGTAG_RESCAN": "1s"],
      wrapper: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])
    #expect(bed.notify.await { $0.contains("1 blocked: the log names them") }, "\(daemon.log)")
    // It is looked at again by each rescan.
    while try bed.metrics().value("hangtag_inbox_rescans_total") ?? 0 < 3 {
      try #require(bed.notify.await { $0.hasPrefix("STATUS=") }, "\(daemon.log)")
    }
    #expect(try bed.metrics().value("hangtag_blocked_photos") == 1)
    #expect(try bed.metrics().value("hangtag_oldest_waiting_seconds") == 0)
    daemon.send(SIGTERM)
    #expect(daemon.end() == 0)
    #expect(daemon.log.split(separator: "\n").count { $0.contains("closed.jpg") } == 1)
    #expect(FileManager.default.fileExists(atPath: bed.inbox.appending(path: "closed.jpg").path))
  }
}
