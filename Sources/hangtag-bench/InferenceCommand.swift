import ArgumentParser
import FileSystem
import NeuralNetwork
import SystemPackage

/// `hangtag-bench inference`: the network alone, in turns with a rival.
struct InferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inference",
    abstract: "Runs batches of random inputs for each line on standard input.",
    discussion: """
      Each thread runs batches of its own. Prints the milliseconds of all of them together. Used by \
      `make bench`.
      """)

  @Argument(help: "The weights file.")
  var model: String

  @Option(help: "Inputs that go through the network together.")
  var batch = 1

  @Option(help: "Threads.")
  var threads = 1

  @Option(help: "Batches a thread and turn.")
  var batches = 200

  func run() throws {
    let bytes = try File.contents(of: FilePath(model))
    let network = InferenceNetwork(try Model(name: "benchmark", bytes: bytes))
    network.gatherWeights()
    let (threads, batch, batches) = (threads, batch, batches)
    Turns.say("ready")
    Turns.take {
      onThreads(threads) {
        let workspace = network.makeWorkspace(batch: batch)
        let inputs = [Float](repeating: 0.5, count: batch * network.inputCount)
        var logits = [Float](repeating: 0, count: batch * network.classCount)
        for _ in 0..<batches {
          var span = logits.mutableSpan
          network.logits(inputs.span, count: batch, into: &span, workspace: workspace)
        }
      }
    }
  }
}
