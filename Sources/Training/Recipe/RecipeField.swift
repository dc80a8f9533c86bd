/// One key of a recipe: its name in a file, and between text and value. The only list of them.
struct RecipeField: Sendable {
  /// Why a text is no value for the key.
  struct Refusal: Error {
    /// What it must be.
    let expected: String
  }

  let key: String
  let text: @Sendable (Recipe) -> String
  /// Whether the value is written in quotes in JSON.
  let isText: Bool
  let set: @Sendable (inout Recipe, String) throws(Refusal) -> Void

  static let all: [RecipeField] = [
    .words("architecture", \.architecture),
    .flag("batch_norm", \.batchNorm),
    .integer("epochs", \.epochs, 1...100_000),
    .integer("batch", \.batch, 1...65_536),
    .integer("seed", \.seed, 0...Int.max),
    .choice("precision", \.precision),
    .number("validation", \.validation, 0...0.9),
    .choice("optimizer", \.optimizer),
    .number("learning_rate", \.learningRate, 0...100),
    .number("momentum", \.momentum, 0...0.9999),
    .number("beta2", \.beta2, 0...0.999999),
    .number("weight_decay", \.weightDecay, 0...10),
    .choice("schedule", \.schedule),
    .number("warm_up", \.warmUp, 0...1),
    .integer("drop_epochs", \.dropEpochs, 1...100_000),
    .number("drop_factor", \.dropFactor, 0...1),
    .number("averaging", \.averaging, 0...0.999999),
    .number("label_smoothing", \.labelSmoothing, 0...0.9),
    .number("distillation", \.distillation, 0...1),
    .choice("class_weights", \.classWeights),
    .flag("mirror", \.augmentation.mirror),
    .integer("shift", \.augmentation.shift, 0...27),
    .number("scale", \.augmentation.scale, 0...0.9),
    .number("rotation", \.augmentation.rotation, 0...180),
    .number("tone", \.augmentation.tone, 0...1),
    .number("erasing", \.augmentation.erasing, 0...1),
    .integer("erasing_minimum", \.augmentation.erasingMinimum, 1...28),
    .integer("erasing_maximum", \.augmentation.erasingMaximum, 1...28),
    .number("photo_like", \.augmentation.photoLike, 0...1),
    .number("wearer", \.augmentation.wearer, 0...1),
    .number("clutter", \.augmentation.clutter, 0...1),
    .flag("mirror_average", \.mirrorAverage),
    .choice("select_by", \.selectBy),
  ]

  private typealias Path<Value> = WritableKeyPath<Recipe, Value> & Sendable

  private static func words(_ key: String, _ path: Path<String>) -> RecipeField {
    RecipeField(key: key, text: { $0[keyPath: path] }, isText: true) {
      (recipe, text) throws(Refusal) in
      if text.isEmpty { throw Refusal(expected: "a name or a path") }
      recipe[keyPath: path] = text
    }
  }

  private static func flag(_ key: String, _ path: Path<Bool>) -> RecipeField {
    RecipeField(key: key, text: { "\($0[keyPath: path])" }, isText: false) {
      (recipe, text) throws(Refusal) in
      guard let value = Bool(text) else { throw Refusal(expected: "true or false") }
      recipe[keyPath: path] = value
    }
  }

  private static func integer(
    _ key: String, _ path: Path<Int>, _ range: ClosedRange<Int>
  ) -> RecipeField {
    RecipeField(key: key, text: { "\($0[keyPath: path])" }, isText: false) {
      (recipe, text) throws(Refusal) in
      guard let value = Int(text), range.contains(value) else {
        let upper = range.upperBound == Int.max ? "" : " to \(range.upperBound)"
        throw Refusal(expected: "a whole number from \(range.lowerBound)\(upper)")
      }
      recipe[keyPath: path] = value
    }
  }

  private static func number(
    _ key: String, _ path: Path<Double>, _ range: ClosedRange<Double>
  ) -> RecipeField {
    RecipeField(key: key, text: { "\($0[keyPath: path])" }, isText: false) {
      (recipe, text) throws(Refusal) in
      guard let value = Double(text), range.contains(value) else {
        throw Refusal(expected: "a number from \(range.lowerBound) to \(range.upperBound)")
      }
      recipe[keyPath: path] = value
    }
  }

  private static func choice<Value: RawRepresentable & CaseIterable & Sendable>(
    _ key: String, _ path: Path<Value>
  ) -> RecipeField where Value.RawValue == String {
    RecipeField(key: key, text: { $0[keyPath: path].rawValue }, isText: true) {
      (recipe, text) throws(Refusal) in
      guard let value = Value(rawValue: text) else {
        let choices = Value.allCases.map(\.rawValue).joined(separator: ", ")
        throw Refusal(expected: "one of \(choices)")
      }
      recipe[keyPath: path] = value
    }
  }
}
