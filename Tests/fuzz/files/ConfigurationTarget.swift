import FuzzSupport
@testable import Service
@testable import Training
import YAML

/// A configuration file, and the same bytes as a recipe of the trainer.
struct ConfigurationTarget: FuzzTarget {
  private let scratch = ScratchFolder()

  var seeds: [String: [UInt8]] {
    let defaults = Configuration().lines.filter { $0.key != "model" }
    let every = defaults.map { "\($0.key): \($0.value)\n" }.joined()
    let texts = [
      "every.yaml": every,
      "some.yaml": "# a comment\nmodel: '/a b/c.safetensors'\nthreshold: 0.5\nsettle: 1.5s\n",
      "quoted.yaml": "--- {\"state_directory\": \"/x\\u00e4\", 'log_level': !!str info}\n...\n",
      "nested.yaml": "seal_age: &a [1h, *a]\n? key\n: |\n  text\n",
      "recipe.yaml": Recipe().yaml,
    ]
    return texts.mapValues { Array($0.utf8) }
  }

  func run(_ bytes: [UInt8]) {
    runConfiguration(bytes)
    runRecipe(bytes)
  }

  private func runConfiguration(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    scratch.write("file", bytes)
    defer { scratch.clear() }
    let file = scratch.path.appending("file")
    do {
      let configuration = try ConfigurationResolver(file: file, environment: [:]).resolve()
      for key in ConfigurationKey.all {
        // What is shown is what may be written, but for the default of this one.
        if key.name == "model", configuration.model == nil { continue }
        var again = configuration
        require("\(key.name) can be written as it is shown") {
          try key.set(&again, key.show(configuration))
        }
        check(again == configuration, "\(key.name) keeps its value when written as it is shown")
      }
    } catch {
      check(error.message.hasSuffix(".") || error.message.hasSuffix("?"), "a sentence: \(error)")
    }
  }

  private func runRecipe(_ bytes: [UInt8]) {
    guard let recipe = try? Recipe(yaml: bytes, name: "recipe") else { return }
    check(
      RecipeField.all.allSatisfy { field in
        var again = recipe
        try? field.set(&again, field.text(recipe))
        return field.text(again) == field.text(recipe)
      }, "a recipe's values are written as they are read")
  }
}
