import Foundation
import Glibc
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
}
