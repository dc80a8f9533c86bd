import Testing

@testable import YAML

@Suite("A YAML mapping of plain values")
struct YAMLMappingTests {
  private func parse(_ text: String) throws(YAMLMapping.Problem) -> [YAMLMapping.Pair] {
    try YAMLMapping(parsing: Array(text.utf8)).pairs
  }

  private func problem(_ text: String) -> YAMLMapping.Problem? {
    do throws(YAMLMapping.Problem) {
      _ = try parse(text)
      return nil
    } catch {
      return error
    }
  }

  @Test("gives keys, values and lines in the order of the document")
  func order() throws {
    let pairs = try parse("# comment\nsettle: 2s\n\nmodel: \"/a b.safetensors\" # there\n")
    #expect(
      pairs == [
        .init(key: "settle", value: "2s", line: 2),
        .init(key: "model", value: "/a b.safetensors", line: 4),
      ])
  }

  @Test("may be empty or hold only comments", arguments: ["", "\n", "# nothing\n", "---\n"])
  func empty(_ text: String) throws {
    #expect(try parse(text).filter { !$0.key.isEmpty } == [])
  }

  @Test("names the line of what it cannot use")
  func lines() {
    #expect(problem("a: 1\nb: [1, 2]\n")?.line == 2)
    #expect(problem("a: 1\na: 2\n")?.line == 2)
    #expect(problem("- a\n- b\n")?.line == 1)
    #expect(problem("a: 1\nb: 'open\n")?.message.contains("not valid YAML") == true)
    #expect(problem("a: 1\n---\nb: 2\n")?.line == 3)
  }
}
