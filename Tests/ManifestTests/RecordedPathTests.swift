import FileSystem
import SystemPackage
import Testing

@testable import Manifest

@Suite struct RecordedPathTests {
  @Test(arguments: [
    "IMG_1.jpg", "a b/ü.jpg", "line\nfeed.jpg", "back\\slash.jpg", "\\xFF.jpg", "👟.png",
    String(repeating: "n", count: 255),
  ])
  func aNameInUTF8StandsAsItIs(name: String) {
    let recorded = RecordedPath(FilePath(name))
    #expect(recorded.text == name)
    #expect(recorded.base64 == nil)
    #expect(recorded.path == FilePath(name))
  }

  @Test(arguments: [
    ([0xFF], "\\xFF"), ([0x61, 0x80, 0x62], "a\\x80b"),
    // A character cut short, an overlong form, a surrogate.
    ([0xE2, 0x82], "\\xE2\\x82"), ([0xC0, 0xAF], "\\xC0\\xAF"),
    ([0xED, 0xA0, 0x80], "\\xED\\xA0\\x80"),
    // Whole characters stay, a backslash is doubled.
    ([0xF0, 0x9F, 0x91, 0x9F, 0x5C, 0x05, 0xFE], "👟\\\\\u{5}\\xFE"),
    // A letter and the accent that follows it.
    ([0x65, 0xCC, 0x81, 0xFF], "e\u{301}\\xFF"),
  ])
  func otherBytesAreEscapedAndKept(bytes: [UInt8], text: String) {
    let path = FilePath(bytes: bytes)
    let recorded = RecordedPath(path)
    #expect(recorded.text == text)
    #expect(recorded.path == path)
    #expect(recorded.path?.bytes == bytes)
  }
}
