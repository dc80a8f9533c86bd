import Glibc
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

  @Test("names the photo and its verdict first, always in the same order")
  func order() {
    let event = LogEvent(
      level: .info, message: "A photo was recorded.",
      metadata: [
        "sequence": "7", "milliseconds": "12", "confidence": "0.98", "category": "coat",
        "outcome": "accepted", "photo": "spring/a b.jpg", "code": "x",
      ], source: "", file: "", function: "", line: 0)
    let keys =
      "photo=\"spring/a b.jpg\" outcome=accepted category=coat confidence=0.98 milliseconds=12 "
      + "code=x sequence=7\n"
    let inJournal = LineLogHandler(level: .info, forJournal: true).line(event)
    #expect(inJournal == "<6>A photo was recorded. " + keys)
    let inTerminal = LineLogHandler(level: .info, forJournal: false).line(event)
    #expect(inTerminal == "A photo was recorded. " + keys)
  }

  @Test("cannot give orders to a terminal, or turn its text around")
  func terminal() {
    #expect(
      LineLogHandler.escaped("a\u{1b}[2J\u{9b}1m\u{202e}gpj") == "a\\u{1b}[2J\\u{9b}1m\\u{202e}gpj")
  }

  @Test("is for the journal only where standard error is the journal's own stream")
  func journal() throws {
    var status = stat()
    try #require(unsafe fstat(STDERR_FILENO, &status) == 0)
    let stream = "\(status.st_dev):\(status.st_ino)"
    #expect(LineLogHandler.isConnectedToJournal(environment: ["JOURNAL_STREAM": stream]))
    #expect(!LineLogHandler.isConnectedToJournal(environment: ["JOURNAL_STREAM": "1:2"]))
    #expect(!LineLogHandler.isConnectedToJournal(environment: [:]))
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
