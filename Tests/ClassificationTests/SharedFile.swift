import FoundationEssentials
import NeuralNetwork
import TestSupport

/// Files of the measuring data; for tests that are disabled where it is absent.
enum SharedFile {
  struct Missing: Error {}

  static func bytes(_ path: String) throws -> [UInt8] {
    guard let folder = SharedData.folder else { throw Missing() }
    return try [UInt8](Data(contentsOf: URL(filePath: "\(folder)/\(path)")))
  }

  static func model(_ name: String) throws -> Model {
    try Model(name: name, bytes: bytes("reference/\(name).safetensors"))
  }
}
