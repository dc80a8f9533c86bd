import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

@testable import Service

@Suite("The place of a model")
struct ModelSlotTests {
  private let folder: TemporaryFolder
  private let slot: ModelSlot

  init() throws {
    folder = try TemporaryFolder()
    slot = ModelSlot(folder.path.appending("m.safetensors"))
  }

  private func shipped(_ name: String) throws -> ServingModel {
    try ServingModel(loading: ShippedModel.path(name), instructionSet: .best)
  }

  private var contents: [String: String?] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path.string)) ?? []
    return Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, ModelFile.sha256(of: folder.path.appending($0)))
      })
  }

  @Test("keeps the model before, and rolling back exchanges the two")
  func rollback() throws {
    let (first, second) = (try shipped("plain"), try shipped("regularised"))
    try slot.install(first)
    #expect(contents == ["m.safetensors": first.sha256])
    try slot.install(second)
    let installed = ["m.safetensors": second.sha256, "m.safetensors.previous": first.sha256]
    #expect(contents == installed)
    try slot.rollBack()
    let back = ["m.safetensors": first.sha256, "m.safetensors.previous": second.sha256]
    #expect(contents == back)
    try slot.rollBack()
    #expect(contents == installed)
  }

  @Test("goes on where a crash left its files, and gets a deleted model back")
  func leftovers() throws {
    for name in [".m.safetensors.new", ".m.safetensors.previous.new"] {
      try folder.write([1], to: name)
    }
    let (first, second) = (try shipped("plain"), try shipped("regularised"))
    try slot.install(first)
    try slot.install(second)
    try FileManager.default.removeItem(atPath: slot.path.string)
    try slot.rollBack()
    #expect(contents == ["m.safetensors": first.sha256])
  }

  @Test("says that there is no model to go back to")
  func none() throws {
    #expect(throws: ModelSlotError.noPrevious(slot.previousPath)) { try slot.rollBack() }
    try slot.install(try shipped("plain"))
    #expect(throws: ModelSlotError.noPrevious(slot.previousPath)) { try slot.rollBack() }
  }
}
