import Logging
import Testing

@testable import Service

@Suite("A log line")
struct LineLogHandlerTests {
  @Test("cannot be forged by a file name with a line feed")
  func forged() {
    let name = "a.jpg\n<0>panic \"x\""
    #expect(LineLogHandler.quoted(name) == "\"a.jpg\\u{a}<0>panic \\\"x\\\"\"")
  }

  @Test("leaves plain values unquoted", arguments: ["ankle-boot", "0.9871", "spring/IMG_1.jpg"])
  func plain(_ value: String) {
    #expect(LineLogHandler.quoted(value) == value)
  }

  @Test("has the priority of syslog(3)")
  func priorities() {
    #expect(LineLogHandler.priority(.critical) == 2)
    #expect(LineLogHandler.priority(.error) == 3)
    #expect(LineLogHandler.priority(.warning) == 4)
    #expect(LineLogHandler.priority(.notice) == 5)
    #expect(LineLogHandler.priority(.info) == 6)
    #expect(LineLogHandler.priority(.debug) == 7)
  }
}
