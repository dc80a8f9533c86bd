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
    #expect(lines.count == 19)
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

  @Test("says that the installed model does not prove the precision that is asked for")
  func unproven() throws {
    let tool = try folder.install()
    try folder.write("good.yaml", "target_precision: 0.95\n")
    let good = try ToolRun(tool, ["check-config", "good.yaml"], in: folder)
    #expect(good.status == 0, "\(good.errors)")
    try folder.write("bad.yaml", "target_precision: 0.99999\n")
    let bad = try ToolRun(tool, ["check-config", "bad.yaml"], in: folder)
    #expect(bad.status == 78)
    #expect(bad.errors.contains("target_precision is 0.99999"), "\(bad.errors)")
  }

  @Test("notices a mistyped variable, and one that names no instruction set")
  func variables() throws {
    let mistyped = try ToolRun(["check-config"], environment: ["HANGTAG_WORKER": "2"], in: folder)
    #expect(mistyped.status == 78)
    #expect(mistyped.errors.contains("Did you mean HANGTAG_WORKERS?"), "\(mistyped.errors)")
    let set = try ToolRun(["check-config"], environment: ["HANGTAG_ISA": "mmx"], in: folder)
    #expect(set.status == 78)
    #expect(set.errors.contains("HANGTAG_ISA is \"mmx\""), "\(set.errors)")
  }
}

@Suite("A bad HANGTAG_ISA")
struct InstructionSetTests {
  @Test(
    "gives the same exit code in every command that runs a network",
    arguments: [
      ["classify", "x.jpg"], ["check-config"],
      ["evaluate", "--model", Bundled.model, "--data", "x.csv"],
    ])
  func exitCode(arguments: [String]) throws {
    let folder = try Folder()
    try folder.write("x.jpg", Bundled.trousers)
    try folder.write(
      "x.csv",
      "label" + (1...784).map { ",pixel\($0)" }.joined() + "\n0"
        + String(repeating: ",9", count: 784) + "\n")
    let run = try ToolRun(
      arguments + (arguments[0] == "classify" ? ["--model", Bundled.model] : []),
      environment: ["HANGTAG_ISA": "mmx"], in: folder)
    #expect(run.status == 78, "\(run.errors)")
  }
}
