import ArgumentParser
import Glibc
import Training

/// Hangtag's side of a benchmark. It takes turns with a rival: it waits for a line on standard input,
/// does one piece of work, and says how long that took.
@main
struct HangtagBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hangtag-bench",
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
    say(architecture.json)
    let step = TrainingStep(architecture, categories: labels, batch: batch, threads: threads)
    let clock = ContinuousClock()
    while readLine() != nil {
      let time = clock.measure { step.run() }
      let (seconds, attoseconds) = time.components
      say("\(Double(seconds) * 1e3 + Double(attoseconds) / 1e15)")
    }
  }

  /// Prints a line that the rival, at the other end of a pipe, gets at once.
  private func say(_ line: String) {
    print(line)
    fflush(nil)
  }
}

extension BuiltInArchitecture: ExpressibleByArgument {}
