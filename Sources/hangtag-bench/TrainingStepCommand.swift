import ArgumentParser
import Training

/// `hangtag-bench training-step`: Hangtag's side of a race in which the rivals take turns.
struct TrainingStepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "training-step",
    abstract: "Takes one training step for each line on standard input.",
    discussion: """
      First prints the network's architecture as a line of JSON, so that a rival can build the same \
      network. Then prints the milliseconds of each step. Used by `make bench-train`.
      """)

  @Argument(help: "The network: plain or residual.")
  var network: BuiltInArchitecture

  @Option(help: "Images in a step.")
  var batch = 128

  @Option(help: "Threads that share a step.")
  var threads = 2

  func run() throws {
    let labels = 10
    let architecture = try network.architecture(categories: labels)
    Turns.say(architecture.json)
    let step = TrainingStep(architecture, categories: labels, batch: batch, threads: threads)
    Turns.take { step.run() }
  }
}

extension BuiltInArchitecture: ExpressibleByArgument {}
