import FoundationEssentials
import NeuralNetwork
import SystemPackage
import Testing

@testable import Training

@Suite struct RecipeTests {
  private func recipe(_ yaml: String) throws -> Recipe {
    try Recipe(yaml: Array(yaml.utf8), name: "my.yaml")
  }

  @Test func aFileSetsWhatItNames() throws {
    let recipe = try recipe("epochs: 7\noptimizer: adamw\nmirror: true\nrotation: 12.5\n")
    #expect(recipe.epochs == 7)
    #expect(recipe.optimizer == .adamw)
    #expect(recipe.augmentation.mirror)
    #expect(recipe.augmentation.rotation == 12.5)
    #expect(recipe.batch == Recipe().batch)
  }

  @Test func everyValueComesBackFromItsText() throws {
    var recipe = Recipe()
    recipe.learningRate = 0.1 + 0.2
    recipe.schedule = .oneCycle
    recipe.classWeights = .balanced
    #expect(try self.recipe(recipe.yaml) == recipe)
  }

  @Test(
    arguments: [
      ("epochs: 0", "epochs", "whole number from 1"),
      ("seed: x", "seed", "whole number from 0"),
      ("learning_rate: nan", "learning_rate", "a number"),
      ("mirror: maybe", "mirror", "true or false"),
      ("schedule: cosine", "schedule", "constant, step, one_cycle"),
      ("epoch: 3", "epoch", "no key of a recipe"),
    ])
  func aWrongLineIsNamed(line: String, key: String, reason: String) {
    let error = #expect(throws: RecipeError.self) { try recipe("batch: 8\n" + line) }
    #expect(error?.key == key)
    #expect(error?.description.contains("my.yaml, line 2") == true)
    #expect(error?.description.contains(reason) == true)
  }

  @Test func provenanceHasNumbersAsNumbers() throws {
    let json = String(decoding: try JSONEncoder().encode(Recipe()), as: UTF8.self)
    #expect(json.contains("\"batch\":128"))
    #expect(json.contains("\"mirror\":false"))
    #expect(json.contains("\"schedule\":\"one_cycle\""))
  }

  /// The recipes that come with Hangtag.
  @Test(
    arguments: [
      ("plain", "plain"), ("regularised", "regularised"), ("residual", "residual"),
      ("hangtag-teacher", "hangtag"), ("hangtag", "hangtag"), ("hangtag-continued", "hangtag"),
    ])
  func theShippedRecipesAreValid(name: String, architecture: String) throws {
    let checkout = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let recipe = try Recipe(contentsOf: FilePath("/\(checkout)/etc/recipes/\(name).yaml"))
    try recipe.validate()
    #expect(recipe.architecture == architecture)
    #expect(BuiltInArchitecture(rawValue: architecture) != nil)
  }
}
