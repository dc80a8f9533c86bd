import FoundationEssentials
import NeuralNetwork

/// What a model's provenance says of the images that its training held back: enough to tell them again.
struct HeldBack: Decodable {
  struct Recipe: Decodable { let validation: Double }

  let recipe: Recipe
  let seed: Int
  let data: [ImageSet.Source]

  /// - Returns: nil where the model does not say, or says what cannot be.
  init?(_ model: Model) {
    guard
      let told = try? JSONDecoder().decode(Self.self, from: Data((model.training ?? "").utf8)),
      told.seed >= 0, (0..<1).contains(told.recipe.validation)
    else { return nil }
    self = told
  }

  /// Whether another training held back the same ones.
  func isSame(as other: HeldBack) -> Bool {
    recipe.validation == other.recipe.validation && seed == other.seed
      && data.map(\.sha256) == other.data.map(\.sha256)
  }
}
