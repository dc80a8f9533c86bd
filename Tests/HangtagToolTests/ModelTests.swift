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
}
