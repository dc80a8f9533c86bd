import ArgumentParser

/// What benchmarks need besides the daemon itself: photos, the floor under any such program, and
/// single stages on their own. `bench/README.md` tells how they are put together.
@main
struct HangtagBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hangtag-bench", abstract: "Parts of Hangtag's benchmarks; see bench/README.md.",
    subcommands: [
      FloorCommand.self, InferenceCommand.self, PhotosCommand.self, TrainingStepCommand.self,
    ])
}
