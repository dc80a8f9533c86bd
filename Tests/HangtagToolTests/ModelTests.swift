import Foundation
import Testing

@Suite("hangtag model")
struct ModelTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  @Test("verify finds the bundled models good", arguments: ["hangtag", "plain"])
  func good(name: String) throws {
    let file = Bundled.checkout.appending(path: "models/\(name).safetensors").path
    let run = try ToolRun(["model", "verify", file], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("safetensors: OK\n"))
    #expect(run.output.contains("baseline"))
  }

  @Test("verify names the rule that a cut-off file breaks")
  func broken() throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: Bundled.model))
    try folder.write("cut.safetensors", Array(whole.dropLast(4)))
    let run = try ToolRun(["model", "verify", "cut.safetensors"], in: folder)
    #expect(run.status == 65)
    #expect(run.output.isEmpty)
    #expect(
      run.errors.contains("cut.safetensors is not a usable model (beyond_end)"), "\(run.errors)")
  }

  @Test("show counts parameters as PyTorch does, and gives each layer's shape")
  func show() throws {
    let run = try ToolRun(["model", "show", Bundled.model], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let text = run.output
    #expect(text.contains("10: T-shirt/top, Trouser, Pullover"))
    // 3 x 3 x 1 x 32 weights without bias, on 28 x 28 pixels.
    let stem = text.split(separator: "\n").first { $0.contains("stem.conv") }
    #expect(stem?.contains("32 x 28 x 28") == true)
    #expect(stem?.hasSuffix(" 288") == true)
  }

  @Test("average writes a model that runs, and wants two that belong together")
  func average() throws {
    let models = Bundled.checkout.appending(path: "models")
    let plain = models.appending(path: "plain.safetensors").path
    let mean = ["model", "average", plain, plain, "--output", "mean.safetensors"]
    let run = try ToolRun(mean, in: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try ToolRun(["model", "verify", "mean.safetensors"], in: folder).status == 0)

    let other = try ToolRun(
      ["model", "average", plain, Bundled.model, "--output", "none.safetensors"], in: folder)
    #expect(other.status == 65)
    #expect(other.errors.contains("plain and hangtag differ in architecture"), "\(other.errors)")
    #expect(!folder.has("none.safetensors"))
    #expect(try ToolRun(["model", "average", plain, "--output", "x"], in: folder).status == 64)
  }

  private func digest(_ name: String) throws -> String {
    let run = try ToolRun(["model", "verify", name], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let words = run.output.split { $0 == " " || $0 == "\n" }.map(String.init)
    return try #require(words.first { $0.count == 64 })
  }

  @Test("install keeps the model before, rollback exchanges the two, and both say what they did")
  func installAndRollBack() throws {
    let models = Bundled.checkout.appending(path: "models")
    for (name, source) in [("m", "plain"), ("new", "regularised")] {
      let bytes = try Data(contentsOf: models.appending(path: "\(source).safetensors"))
      try folder.write("\(name).safetensors", Array(bytes))
    }
    let (old, new) = (try digest("m.safetensors"), try digest("new.safetensors"))
    let slot = ["--model", "m.safetensors"]
    let install = try ToolRun(["model", "install", "new.safetensors"] + slot, in: folder)
    #expect(install.status == 0, "\(install.errors)")
    #expect(install.output.contains("m.safetensors is now the new model, sha256 \(new)."))
    #expect(
      install.output.contains("kept as \(folder.url.path)/m.safetensors.previous, sha256 \(old)"))
    #expect(try digest("m.safetensors") == new)
    let again = try ToolRun(["model", "install", "new.safetensors"] + slot, in: folder)
    #expect(again.output.contains("is this model already"))
    let rollback = try ToolRun(["model", "rollback"] + slot, in: folder)
    #expect(rollback.status == 0, "\(rollback.errors)")
    #expect(rollback.output.contains("is the model before again, sha256 \(old)."))
    #expect(try digest("m.safetensors") == old)
    #expect(try digest("m.safetensors.previous") == new)
  }

  @Test("install refuses a bad model and leaves the one that is there; rollback needs one to go to")
  func refused() throws {
    let good = try Data(contentsOf: URL(fileURLWithPath: Bundled.model))
    try folder.write("m.safetensors", Array(good))
    try folder.write("bad.safetensors", Array(good.dropLast(4)))
    let slot = ["--model", "m.safetensors"]
    let install = try ToolRun(["model", "install", "bad.safetensors"] + slot, in: folder)
    #expect(install.status == 65)
    #expect(install.errors.contains("bad.safetensors is not a usable model"), "\(install.errors)")
    #expect(!folder.has("m.safetensors.previous"))
    let rollback = try ToolRun(["model", "rollback"] + slot, in: folder)
    #expect(rollback.status == 66)
    #expect(rollback.errors.contains("There is no \(folder.url.path)/m.safetensors.previous to go"))
    #expect(try digest("m.safetensors") == digest(Bundled.model))
  }
}
