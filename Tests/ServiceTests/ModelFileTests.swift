import Digest
import FileSystem
import FoundationEssentials
import NeuralNetwork
import SystemPackage
import TestSupport
import Testing

@testable import Service

@Suite("A weights file, read a part at a time")
struct ModelFileTests {
  private let temporary: TemporaryFolder
  private let path: FilePath
  private let bytes: [UInt8]

  init() throws {
    bytes = try File.contents(of: ShippedModel.path("plain"))
    temporary = try TemporaryFolder()
    path = try temporary.write(bytes, to: "plain.safetensors")
  }

  /// Writes into the file itself, as a careless copy does.
  private func write(_ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(filePath: path.string))
  }

  @Test("gives the digest and the tensors of the whole file")
  func whole() throws {
    let file = try ModelFile(reading: path)
    let whole = try Model(name: "plain", bytes: bytes)
    #expect(file.sha256 == SHA256.hex(of: bytes.span))
    #expect(ModelFile.sha256(of: path) == file.sha256)
    #expect(file.model.parameters == whole.parameters && file.model.policy == whole.policy)
  }

  @Test("notices that the file is changed while it is read")
  func changed() throws {
    let opened = try OpenedModel(path)
    #expect(try opened.isUnchanged())
    try write(bytes + [0])
    #expect(try !opened.isUnchanged())
    // The unit tries again: the copy may be whole by then.
    #expect(ServingModelError.changed(path).exitCode == Sysexits.tryAgain)
  }

  @Test("does not take a file that has become shorter for one with zeros at its end")
  func shortened() throws {
    let opened = try OpenedModel(path)
    try write(Array(bytes.dropLast()))
    let error = #expect(throws: ModelError.self) { try Model(name: "plain", source: opened) }
    #expect(error?.rule == "unreadable")
  }

  @Test("A folder in the model's place cannot be read")
  func folder() throws {
    #expect {
      try ModelFile(reading: path.removingLastComponent())
    } throws: {
      guard case ServingModelError.unreadable = $0 else { return false }
      return true
    }
  }
}
