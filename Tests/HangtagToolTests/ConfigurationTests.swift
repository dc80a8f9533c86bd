import Testing

@Suite("hangtag check-config")
struct ConfigurationTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  @Test("prints every key in force, the environment's before the file's")
  func values() throws {
    try folder.write("good.yaml", "settle: 500ms\nworkers: 3\n")
    let run = try ToolRun(
      ["check-config", "good.yaml"], environment: ["HANGTAG_SETTLE": "4s"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n")
    #expect(lines.contains("settle: 4s"))
    #expect(lines.contains("workers: 3"))
    #expect(lines.contains("incomplete_after: 1m"))
    #expect(lines.count == 18)
  }

  @Test(
    "says where a mistake is and what was meant",
    arguments: [
      ("setle: 2s\n", "bad.yaml, line 1: Unknown key `setle`. Did you mean `settle`?"),
      ("workers: 2\nthreshold: 80%\n", "bad.yaml, line 2: `threshold` must be a number"),
      ("settle: soon\n", "`settle` must be a duration with its unit"),
    ])
  func mistakes(text: String, message: String) throws {
    try folder.write("bad.yaml", text)
    let run = try ToolRun(["check-config", "bad.yaml"], in: folder)
    #expect(run.status == 78)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  @Test("says that the named model is missing")
  func model() throws {
    try folder.write("c.yaml", "model: /nowhere/m.safetensors\n")
    let run = try ToolRun(["check-config", "c.yaml"], in: folder)
    #expect(run.status == 66)
    #expect(run.errors.contains("There is no model at /nowhere/m.safetensors"))
  }
}
