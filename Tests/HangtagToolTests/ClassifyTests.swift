import Foundation
import Testing

@Suite("hangtag classify")
struct ClassifyTests {
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write("trousers.jpg", Bundled.trousers)
    try folder.write("list.jpg", "This is no photo.\n")
  }

  private func classify(_ arguments: String...) throws -> ToolRun {
    try ToolRun("hangtag", ["classify", "--model", Bundled.model] + arguments, in: folder)
  }

  @Test("prints an aligned line a photo")
  func line() throws {
    let run = try classify("trousers.jpg")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.hasPrefix("trousers.jpg  Trouser "), "\(run.output)")
    #expect(run.output.contains("%  accepted\n"), "\(run.output)")
  }

  @Test("prints an entry's keys as JSON")
  func json() throws {
    let run = try classify("--json", "trousers.jpg", "list.jpg")
    #expect(run.status == 65)
    let objects = try run.objects()
    try #require(objects.count == 2)
    let keys: Set = [
      "source", "sha256", "outcome", "category", "confidence", "low_confidence", "reasons",
      "alternatives", "image", "model",
    ]
    #expect(Set(objects[0].keys) == keys)
    #expect(Set(objects[1].keys) == keys.union(["error"]))
    #expect(objects[0]["source"] as? String == "trousers.jpg")
    #expect((objects[0]["category"] as? [String: Any])?["slug"] as? String == "trouser")
    #expect((objects[0]["alternatives"] as? [Any])?.count == 2)
    #expect((objects[0]["image"] as? [String: Any])?["height"] as? Int == 400)
    #expect(objects[1]["category"] is NSNull)
    #expect((objects[1]["error"] as? [String: Any])?["code"] as? String == "unsupported_format")
  }

  @Test("goes on after a missing file, and says so at the end")
  func missing() throws {
    let run = try classify("gone.jpg", "list.jpg", "trousers.jpg")
    #expect(run.status == 66)
    let lines = run.output.split(separator: "\n")
    try #require(lines.count == 3)
    #expect(lines[0].contains("There is no such file."))
    #expect(lines[2].contains("Trouser"))
  }

  @Test("asks for the photos in a folder")
  func directory() throws {
    try folder.write("photos/a.jpg", Bundled.trousers)
    let run = try classify("photos")
    #expect(run.status == 66)
    #expect(run.output.contains("name the photos in it, such as photos/*.jpg"))
  }

  @Test("draws what the network sees: 14 rows, and every category")
  func show() throws {
    let run = try classify("--show", "trousers.jpg")
    #expect(run.output.split(separator: "\n").count == 15, "\(run.output)")
    for label in ["Trouser", "Ankle boot", "T-shirt/top"] { #expect(run.output.contains(label)) }
    // The left leg and the right one, with nothing between.
    #expect(run.output.contains("%#%- -%#%"), "\(run.output)")
    // As in a manifest, no category is ever certain.
    #expect(run.output.contains(" 99.99%\n") && !run.output.contains("100.00%"), "\(run.output)")
  }

  @Test("says where to name a model when there is none")
  func noModel() throws {
    let run = try ToolRun(
      ["classify", "--model", "nowhere.safetensors", "trousers.jpg"], in: folder)
    #expect(run.status == 66)
    #expect(run.errors.contains("Name a weights file with --model"))
  }
}

extension ToolRun {
  /// A run of `hangtag`.
  init(_ arguments: [String], environment: [String: String] = [:], in folder: Folder) throws {
    try self.init("hangtag", arguments, environment: environment, in: folder)
  }
}
