import FileSystem
import Foundation
import Glibc
import SystemPackage
import Testing

@Suite("A daemon that is killed")
struct KillTests {
  @Test("loses nothing and records nothing twice, killed ten times at random moments")
  func kills() throws {
    let bed = try TestBed()
    for number in 1...200 {
      try bed.drop(bed.photo(), as: "folder \(number % 7)/IMG_\(number % 50).jpg")
    }
    var random = SystemRandomNumberGenerator()
    for _ in 1...10 {
      let daemon = try DaemonProcess(bed, environment: ["HANGTAG_SEAL_ENTRIES": "16"])
      // The random moment is the subject of this test.
      usleep(useconds_t.random(in: 5_000...120_000, using: &random))
      daemon.send(SIGKILL)
      #expect(daemon.end() == nil, "it ended by itself before it was killed: \(daemon.log)")
    }
    let last = try DaemonProcess(bed, ["--once"], environment: ["HANGTAG_SEAL_ENTRIES": "16"])
    #expect(last.end() == 0, "\(last.log)")
    let audit = try bed.audit()
    #expect(audit.isClean, "\(audit.report)")
    #expect(try bed.entries().count == 200)
  }

  @Test(
    "rejects a photo that ended it twice, and names the entry that it was retried after",
    .enabled(if: KillTests.keepsNotes, "needs a file system with user attributes"))
  func crashedDecoder() throws {
    let bed = try TestBed()
    let (claim, earlier) = (
      "01a22761-1f3a-7572-bab9-b8acfdd7c6d7", "01a203e5-b826-73d6-b714-f70f41f7fdd3"
    )
    // As two deaths leave it: a byte for each attempt, and the note of `hangtag retry`.
    let work = bed.state.appending(path: "work/\(claim)")
    try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    try Data([1, 1]).write(to: work.appending(path: ".attempts"))
    try Data(bed.photo()).write(to: work.appending(path: "shirt.jpg"))
    try File(reading: FilePath(work.path).appending("shirt.jpg"))
      .setExtendedAttribute("user.hangtag.supersedes", Array(earlier.utf8))
    let daemon = try DaemonProcess(bed, ["--once"])
    #expect(daemon.end() == 0, "\(daemon.log)")
    let entry = try #require(try bed.entries().first)
    #expect(entry["claim"] as? String == claim)
    #expect((entry["error"] as? [String: Any])?["code"] as? String == "crashed_decoder")
    #expect(entry["supersedes"] as? String == earlier)
  }

  private static var keepsNotes: Bool {
    guard let bed = try? TestBed(), let folder = try? Directory(FilePath(bed.folder.path)),
      let file = try? folder.create("x")
    else { return false }
    return (try? file.setExtendedAttribute("user.test", [1])) != nil
  }
}
