import Foundation
import Glibc
import Testing

@Suite("A daemon that cannot serve")
struct RefusalTests {
  @Test("says so in one sentence and ends with the right code")
  func sentences() throws {
    let bed = try TestBed()
    let broken = bed.folder.appending(path: "broken.safetensors")
    try Data(repeating: 7, count: 100).write(to: broken)
    let configuration = bed.folder.appending(path: "bad.yaml")
    try Data("setle: 2s\n".utf8).write(to: configuration)
    let cases: [(arguments: [String], code: Int32, sentence: String)] = [
      (["--model", "/nowhere/model.safetensors"], 66, "There is no model at /nowhere/"),
      (["--model", broken.path], 65, "is not a usable model"),
      (["--config", configuration.path], 78, "Unknown key `setle`. Did you mean `settle`?"),
      (["--state-directory", broken.path], 73, broken.path),
      (["--unknown"], 64, "Unknown option"),
    ]
    for (arguments, code, sentence) in cases {
      let daemon = try DaemonProcess(bed, ["--once"] + arguments)
      #expect(daemon.end() == code, "\(arguments): \(daemon.log)")
      #expect(daemon.log.contains(sentence), "\(arguments): \(daemon.log)")
    }
  }

  @Test("leaves a state directory alone that another daemon serves")
  func second() throws {
    let bed = try TestBed()
    let first = try DaemonProcess(bed)
    try #require(bed.notify.await { $0 == "READY=1" }, "\(first.log)")
    let second = try DaemonProcess(bed, ["--once"])
    #expect(second.end() == 75, "\(second.log)")
    #expect(second.log.contains(bed.state.path))
    first.send(SIGTERM)
    #expect(first.end() == 0)
  }
}
