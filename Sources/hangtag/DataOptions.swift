import ArgumentParser
import FoundationEssentials
import Glibc
import NeuralNetwork
import SystemPackage
import Training

/// Flags that training and evaluating share.
struct DataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Labelled images; may be given more than once.",
      discussion: """
        A folder of IDX files (train-images-idx3-ubyte and its kin, gzipped or plain), a CSV file \
        (a label's index, then 784 gray values a line), or a folder of photos sorted into one \
        folder a category.
        """,
      valueName: "path"))
  var data: [String] = []

  @Option(
    help: ArgumentHelp(
      "The names of the label indices of IDX and CSV files, separated by commas. Default: the "
        + "ten of Fashion-MNIST.", valueName: "names"))
  var labelNames: String?

  @Option(help: "How many threads work. Default: one a processor. The results do not depend on it.")
  var threads: Int?

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
    if let names = namesOfLabels, names.contains("") || Set(names).count < names.count {
      throw ValidationError("--label-names must be names that differ, separated by commas.")
    }
  }

  private var namesOfLabels: [String]? {
    labelNames?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  var threadCount: Int { threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  func instructionSet() throws(InstructionSetError) -> InstructionSet {
    try InstructionSet.selected(environment: ProcessInfo.processInfo.environment)
  }

  /// Reads all sources.
  ///
  /// - Parameter known: A model's labels, which data of the same categories take over.
  func read(part: DataSource.Part, known: [String]?) throws -> ImageSet {
    try Self.read(
      data, part: part, threads: threadCount,
      labelNames: namesOfLabels ?? known)
  }

  static func read(
    _ paths: [String], part: DataSource.Part, threads: Int, labelNames: [String]?
  ) throws -> ImageSet {
    var whole: ImageSet?
    for path in paths {
      let source = DataSource(
        FilePath(path), part: part, labelNames: labelNames ?? DataSource.fashionLabels)
      let reading = try source.read(threads: threads)
      report(reading.skipped, of: reading.skipped.count + reading.images.count)
      if let earlier = whole, earlier.labelNames != reading.images.labelNames {
        throw ToolFailure.badData(
          "\(path) has the categories \(reading.images.labelNames.joined(separator: ", ")) and "
            + "the data before it \(earlier.labelNames.joined(separator: ", ")); "
            + "data sets that are joined must have the same.")
      }
      whole = whole?.appending(reading.images) ?? reading.images
    }
    guard let whole else { throw ToolFailure.badData("There is no data.") }
    return whole
  }

  /// Reads a shop's labelled photos.
  ///
  /// - Parameters:
  ///   - labels: The model's.
  ///   - withStrangers: Whether photos of other things are read too.
  func photos(
    in folder: String, labels: [String], withStrangers: Bool = true
  ) throws -> PhotoCollection {
    let collection = try PhotoCollection(
      folder: FilePath(folder), labels: labels, withStrangers: withStrangers, threads: threadCount)
    let count = collection.photos.images.count + (collection.strangers?.images.count ?? 0)
    Self.report(collection.skipped, of: collection.skipped.count + count)
    return collection
  }

  private static func report(_ skipped: [SkippedPhoto], of count: Int) {
    guard !skipped.isEmpty else { return }
    for photo in skipped { Console.complain("Skipped \(photo.path): \(photo.reason)".printable) }
    Console.complain("Skipped \(skipped.count) of \(count) photos.")
  }
}
