import Testing

@testable import Manifest

@Suite struct ManifestNameTests {
  @Test(arguments: [
    (ManifestName.journal(42), "00000042.jsonl"), (.sealed(41), "00000041.json"),
    (.ready(7), ".00000007.json.ready"), (.stream, "stream"),
    (.sealed(123_456_789), "123456789.json"),
  ])
  func aNameIsReadAsItIsWritten(name: ManifestName, text: String) {
    #expect(name.text == text)
    #expect(ManifestName(text) == name)
  }

  @Test(arguments: [
    "1.json", "000000042.json", "00000042.jsonl.damaged-20260131T081530.042Z", "0000004x.json",
    "99999999999999999999.json", "", ".json", "-0000042.json", "00000042.json~",
    "..00000042.json.ready", ".00000042.json",
  ])
  func otherNamesAreNotOurs(text: String) {
    #expect(ManifestName(text) == nil)
  }

  @Test func numbersOfFilesSetAsideAreSeen() {
    #expect(ManifestName.leadingNumber("00000042.jsonl.damaged-20260131T081530.042Z") == 42)
    #expect(ManifestName.leadingNumber(".00000007.json.ready") == 7)
    #expect(ManifestName.leadingNumber("stream.damaged-20260131T081530.042Z") == nil)
  }
}
