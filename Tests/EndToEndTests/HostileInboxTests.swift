import Foundation
import Glibc
import Testing

@Suite("People who drop photos cannot stop the daemon")
struct HostileInboxTests {
  @Test("with a file that was changed centuries from now, or ago")
  func times() throws {
    let bed = try TestBed()
    for (name, year) in [("future.jpg", 2300), ("past.jpg", 1600)] {
      try bed.drop(bed.photo(), as: name)
      let seconds = (year - 1970) * 31_556_952
      let times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
      let path = bed.inbox.appending(path: name).path
      #expect(unsafe utimensat(AT_FDCWD, path, times, 0) == 0)
    }
    try bed.drop(bed.photo(), as: "now.jpg")
    let daemon = try DaemonProcess(bed, ["--once"])
    #expect(daemon.end() == 0, "\(daemon.log)")
    let audit = try bed.audit()
    #expect(audit.isClean, "\(audit.report)")
    #expect(try bed.entries().count == 3)
  }

  @Test("with a file that claims a terabyte")
  func terabyte() throws {
    let bed = try TestBed()
    let giant = bed.inbox.appending(path: "giant.jpg").path
    try Data().write(to: URL(fileURLWithPath: giant))
    #expect(unsafe truncate(giant, 1 << 40) == 0)
    let daemon = try DaemonProcess(bed, ["--once"])
    #expect(daemon.end() == 0, "\(daemon.log)")
    let entry = try #require(try bed.entries().first)
    #expect((entry["error"] as? [String: Any])?["code"] as? String == "too_large")
    // To read it all would take minutes.
    #expect(entry["sha256"] is NSNull)
    #expect(entry["stored_as"] as? String == "rejected/giant.jpg")
  }

  /// As a default ACL may do too: the folder looks open until the photo is to go in.
  @Test(
    "with a folder that refuses photos: they go to the folder above, each with an entry that says so",
    .enabled(if: Mounts.arePossible, "needs the right to mount in a namespace of its own"))
  func refusingFolder() throws {
    let bed = try TestBed()
    try bed.drop(Array("only words".utf8), as: "words/y.jpg")
    try bed.drop(bed.photo(), as: "x.jpg")
    let folder = bed.state.appending(path: "rejected/words")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let daemon = try DaemonProcess(
      bed, ["--once"],
      wrapper: [
        "unshare", "--mount", "sh", "-c", "mount --bind \"$0\" \"$0\" && exec \"$@\"", folder.path,
      ])
    #expect(daemon.end() == 0, "\(daemon.log)")
    let audit = try bed.audit()
    #expect(audit.isClean, "\(audit.report)")
    let entries = try bed.entries().filter { $0["source"] as? String == "words/y.jpg" }
    #expect(
      entries.compactMap { $0["stored_as"] as? String } == [
        "rejected/words/y.jpg", "rejected/y.jpg",
      ])
    #expect(entries.last?["supersedes"] as? String == entries.first?["claim"] as? String)
    #expect(
      FileManager.default.fileExists(atPath: bed.state.appending(path: "rejected/y.jpg").path))
    #expect(try bed.entries().count == 3)
  }

  @Test(
    "with a folder of their own, closed to it, where photos would go",
    .enabled(if: getuid() == 0, "needs root, to run the daemon as another user"))
  func closedFolders() throws {
    let bed = try TestBed()
    try bed.drop(bed.photo(), as: "spring/x.jpg")
    try bed.drop(Array("only words".utf8), as: "words/y.jpg")
    let slugs = [
      "t-shirt-top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
      "ankle-boot",
    ]
    let folders = slugs.flatMap { ["done/\($0)", "review/\($0)"] }
    for folder in folders {
      try FileManager.default.createDirectory(
        at: bed.state.appending(path: "\(folder)/spring"), withIntermediateDirectories: true)
    }
    try FileManager.default.createDirectory(
      at: bed.state.appending(path: "rejected/words"), withIntermediateDirectories: true)
    try bed.give(to: 65534)
    // The one can be read and not be written, the other not even be read.
    for (number, folder) in folders.enumerated() {
      let path = bed.state.appending(path: "\(folder)/spring").path
      #expect(unsafe chown(path, 0, 0) == 0)
      #expect(unsafe chmod(path, number % 2 == 0 ? 0o755 : 0o700) == 0)
    }
    #expect(unsafe chown(bed.state.appending(path: "rejected/words").path, 0, 0) == 0)
    let daemon = try DaemonProcess(
      bed, ["--once"],
      wrapper: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])
    #expect(daemon.end() == 0, "\(daemon.log)")
    let audit = try bed.audit()
    #expect(audit.isClean, "\(audit.report)")
    let stored = try bed.entries().compactMap { $0["stored_as"] as? String }
    #expect(stored.contains { $0.hasSuffix("/spring~2/x.jpg") }, "\(stored)")
    #expect(stored.contains("rejected/words~2/y.jpg"), "\(stored)")
  }
}

extension TestBed {
  /// Makes another user the owner of everything.
  func give(to user: uid_t) throws {
    let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    for case let file as URL in try #require(all) {
      #expect(unsafe lchown(file.path, user, user) == 0)
    }
    #expect(unsafe chown(folder.path, user, user) == 0)
  }
}
