import FoundationEssentials
import NeuralNetwork
import TestSupport

/// The reference data beside the checkout: see `reference/README.md` there.
enum SharedReference {
  static func bytes(_ name: String) throws -> [UInt8] {
    let folder = SharedData.folder ?? ""
    return [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/reference/\(name).safetensors")))
  }

  static func model(_ name: String) throws -> Model {
    try Model(name: name, bytes: bytes(name))
  }

  /// The images of a reference file, scaled as its networks want them.
  static func images(_ file: Safetensors) throws -> [Float] {
    try file.unsignedBytes("input_u8").map { Float($0) / 255 }
  }
}
