import ArgumentParser
import CFloor
import Classification
import FileSystem
import NeuralNetwork
import Synchronization
import SystemPackage

/// `hangtag-bench floor`: the floor under any such program. C reads, digests and decodes
/// (`bench/floor/floor.c`); the network is ours, because it lives in Swift.
struct FloorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "floor",
    abstract: "Reads, digests, decodes and classifies the photos of a folder, and nothing else.")

  @Argument(help: "The folder of the photos.")
  var folder: String

  @Option(help: "The weights file.")
  var model: String

  @Option(help: "Threads, one photo each.")
  var threads = 2

  func run() throws {
    let bytes = try File.contents(of: FilePath(model))
    let classifier = try Classifier(Model(name: "benchmark", bytes: bytes))
    classifier.gatherWeights()
    var paths: [String] = []
    var listing = try Directory(FilePath(folder)).listing()
    while let entry = try listing.next() { paths.append("\(folder)/\(entry.name.string)") }
    let work = FloorWork(paths: paths, classifier: classifier)
    onThreads(threads) { work.run() }
    print("\(work.failures.load(ordering: .relaxed)) of \(paths.count) failed")
  }
}

/// The photos, handed out one by one.
private final class FloorWork: Sendable {
  let failures = Atomic(0)
  private let next = Atomic(0)
  private let paths: [String]
  private let classifier: Classifier

  init(paths: [String], classifier: Classifier) {
    self.paths = paths
    self.classifier = classifier
  }

  /// One thread's share.
  func run() {
    guard let reader = unsafe floor_reader_create() else { return }
    defer { unsafe floor_reader_destroy(reader) }
    let workspace = classifier.makeWorkspace()
    var sample = [UInt8](repeating: 0, count: PreparedInput.pixelCount)
    var probabilities = [Float](repeating: 0, count: classifier.categories.count)
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < paths.count else { return }
      guard unsafe floor_reader_photo(reader, paths[index], &sample) else {
        failures.add(1, ordering: .relaxed)
        continue
      }
      var span = probabilities.mutableSpan
      classifier.probabilities(of: sample.span, count: 1, into: &span, workspace: workspace)
    }
  }
}
