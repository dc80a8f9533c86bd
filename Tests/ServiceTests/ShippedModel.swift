import SystemPackage

/// The models that the project ships.
enum ShippedModel {
  /// The file of the one with this name.
  static func path(_ name: String) -> FilePath {
    let checkout = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return FilePath("/\(checkout)/models/\(name).safetensors")
  }
}
