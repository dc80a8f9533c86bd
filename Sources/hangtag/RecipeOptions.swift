import ArgumentParser
import Training

/// The hyperparameters as flags. Each has the name and the meaning of its key in a recipe file, and
/// wins over it; what a value may be, the recipe checks.
struct RecipeOptions: ParsableArguments {
  @Option(help: "Passes over the training images.") var epochs: String?
  @Option(help: "Images a step.") var batch: String?
  @Option(help: "Where all random numbers come from; the same seed gives the same model.")
  var seed: String?
  @Option(help: "single, or bfloat16: factors of convolutions rounded, where there is AMX.")
  var precision: String?
  @Option(help: "The share of each category that is held back to choose the best epoch by.")
  var validation: String?
  @Option(help: "sgd (Nesterov momentum) or adamw.") var optimizer: String?
  @Option(help: "The highest learning rate of the schedule.") var learningRate: String?
  @Option(help: "Momentum of sgd; beta1 of adamw.") var momentum: String?
  @Option(help: "Beta2 of adamw.") var beta2: String?
  @Option(help: "Weight decay; biases and norms have none.") var weightDecay: String?
  @Option(help: "constant, step or one_cycle (cosine).") var schedule: String?
  @Option(help: "The share of all steps in which the learning rate rises.") var warmUp: String?
  @Option(help: "Schedule step: epochs between two drops.") var dropEpochs: String?
  @Option(help: "Schedule step: what the rate is multiplied with.") var dropFactor: String?
  @Option(help: "How much of the weights' moving average stays at each step; 0: no average.")
  var averaging: String?
  @Option(help: "The share of the target that is spread over all categories.")
  var labelSmoothing: String?
  @Option(help: "With --teacher: the share of the target that is the teacher's answer.")
  var distillation: String?
  @Option(help: "none, or balanced: every category counts the same in the loss.")
  var classWeights: String?
  @Option(help: "Augmentation: mirror half of the images (true or false).") var mirror: String?
  @Option(help: "Augmentation: the most pixels by which an image moves.") var shift: String?
  @Option(help: "Augmentation: the most by which it grows or shrinks; 0.1 is 10%.")
  var scale: String?
  @Option(help: "Augmentation: the most degrees by which it turns.") var rotation: String?
  @Option(help: "Augmentation: strength of changes of the tone curve, 0 to 1.") var tone: String?
  @Option(help: "Augmentation: probability that a random rectangle is covered.")
  var erasing: String?
  @Option(help: "Augmentation: the rectangle's least edge.") var erasingMinimum: String?
  @Option(help: "Augmentation: the rectangle's largest edge.") var erasingMaximum: String?
  @Option(help: "Augmentation: the share of images varied as shops' photos are.")
  var photoLike: String?
  @Option(help: "Of those, the share of garments that somebody wears.") var wearer: String?
  @Option(help: "Of those, the share on an uneven ground.") var clutter: String?
  @Option(help: "The model averages its probabilities with the mirror image's (true or false).")
  var mirrorAverage: String?
  @Option(help: "What the best epoch is chosen by: accuracy or loss.") var selectBy: String?

  /// Puts what was given over a recipe's values.
  func apply(to recipe: inout Recipe) throws(RecipeError) {
    let given = [
      ("epochs", epochs), ("batch", batch), ("seed", seed), ("precision", precision),
      ("validation", validation),
      ("optimizer", optimizer), ("learning_rate", learningRate), ("momentum", momentum),
      ("beta2", beta2), ("weight_decay", weightDecay), ("schedule", schedule),
      ("warm_up", warmUp), ("drop_epochs", dropEpochs), ("drop_factor", dropFactor),
      ("averaging", averaging), ("label_smoothing", labelSmoothing),
      ("distillation", distillation), ("class_weights", classWeights), ("mirror", mirror),
      ("shift", shift), ("scale", scale),
      ("rotation", rotation), ("tone", tone), ("erasing", erasing),
      ("erasing_minimum", erasingMinimum), ("erasing_maximum", erasingMaximum),
      ("photo_like", photoLike), ("wearer", wearer), ("clutter", clutter),
      ("mirror_average", mirrorAverage), ("select_by", selectBy),
    ]
    for (key, value) in given {
      if let value { try recipe.set(key, to: value, place: "command line") }
    }
  }
}
