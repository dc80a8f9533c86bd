import Foundation
import Testing

@Suite("Tools beside a state directory")
struct StateTests {
  let folder: Folder
  private let settings = ["--state-directory", "state"]

  init() throws {
    folder = try Folder()
    try folder.write("state/inbox/spring/trousers.jpg", Bundled.trousers)
    try folder.write("state/inbox/list.jpg", "This is no photo.\n")
    try folder.sortInbox()
  }

  @Test("status counts what was sorted, also when no daemon is running")
  func status() throws {
    try folder.write("state/inbox/later.jpg", Bundled.trousers)
    let run = try ToolRun(["status", "--json"] + settings, in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let data = Data(run.output.utf8)
    let status = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(status["running"] as? Bool == false)
    #expect((status["inbox"] as? [String: Any])?["photos"] as? Int == 1)
    #expect(status["rejected"] as? Int == 1)
    #expect(status["review"] as? Int == 0)
    #expect(status["last_sequence"] as? Int == 2)
    let manifest = try #require(status["last_manifest"] as? [String: Any])
    #expect(manifest["name"] as? String == "00000001.json")

    let words = try ToolRun(["status"] + settings, in: folder).output
    #expect(words.contains("not running"))
    #expect(words.contains("1 photo in rejected/"))
  }

  @Test(
    "explain finds a photo by where it is, by its name in the inbox, and by its bytes",
    arguments: ["state/done/trouser/spring/trousers.jpg", "spring/trousers.jpg", "copy.jpg"])
  func explain(name: String) throws {
    try folder.write("copy.jpg", Bundled.trousers)
    let run = try ToolRun(["explain", name, "--model", Bundled.model] + settings, in: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.hasPrefix("spring/trousers.jpg was accepted as Trouser"), "\(run.output)")
    #expect(run.output.contains("manifests/00000001.json, sequence"))
    #expect(run.output.contains("Now, by the model hangtag:"))
    #expect(run.output.contains("negated, the background is light"))
  }

  @Test("explain says why a photo was rejected, and when nothing is known")
  func explainRejected() throws {
    let rejected = try ToolRun(
      ["explain", "list.jpg", "--model", Bundled.model] + settings, in: folder)
    #expect(rejected.status == 0, "\(rejected.errors)")
    #expect(rejected.output.hasPrefix("list.jpg was rejected (unsupported_format)."))
    let unknown = try ToolRun(["explain", "nothing.jpg"] + settings, in: folder)
    #expect(unknown.status == 66)
    #expect(unknown.errors.contains("Nothing is known of nothing.jpg"))
  }

  @Test("retry puts rejected photos back, and the new entry names the old one")
  func retry() throws {
    let run = try ToolRun(["retry", "--all"] + settings, in: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("rejected/list.jpg is back as inbox/list.jpg."))
    #expect(folder.has("state/inbox/list.jpg"))
    #expect(!folder.has("state/rejected/list.jpg.reason.json"))
    try folder.sortInbox()
    #expect(folder.has("state/rejected/list.jpg"))
    let again = try ToolRun(
      ["explain", "list.jpg", "--model", Bundled.model] + settings, in: folder)
    #expect(again.output.contains("1 earlier record"), "\(again.output)")
    let named = try ToolRun(["retry", "state/rejected/list.jpg"] + settings, in: folder)
    #expect(named.output.contains("rejected/list.jpg is back as inbox/list.jpg."))
    let gone = try ToolRun(["retry", "rejected/none.jpg"] + settings, in: folder)
    #expect(gone.status == 66)
    #expect(gone.errors.contains("There is no photo rejected/none.jpg"))
  }

  @Test("a state directory that is not there is named")
  func missing() throws {
    let run = try ToolRun(["status", "--state-directory", "nowhere"], in: folder)
    #expect(run.status == 66)
    #expect(run.errors.contains("There is no state directory at \(folder.url.path)/nowhere"))
  }
}

@Suite("Wrong usage")
struct UsageTests {
  @Test(
    "is explained, with exit code 64",
    arguments: [
      (["classify"], "Missing expected argument"),
      (["classify", "--jsn", "x.jpg"], "Did you mean"),
      (["retry"], "Name the photos to retry, or say --all."),
      (["clasify", "x.jpg"], "Did you mean `hangtag classify`?"),
    ])
  func usage(arguments: [String], message: String) throws {
    let run = try ToolRun(arguments, in: try Folder())
    #expect(run.status == 64)
    #expect(run.errors.contains(message), "\(run.errors)")
  }
}
