import ArgumentParser
import FileSystem
import Glibc
import Inbox
import Manifest
import SystemPackage
import Training

/// `hangtag-demo drop`: puts photos in the inbox and watches how they are worked off.
struct DropCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drop", abstract: "Fills the inbox of a running daemon, and waits for the entries."
  )

  /// How long a daemon may take to start, and then to the next entry.
  private static let patience: Duration = .seconds(60)
  /// Between two looks.
  private static let interval: useconds_t = 20_000

  @Argument(help: "The state directory.")
  var directory: String

  @Option(help: ArgumentHelp("The folder of Fashion-MNIST's IDX files.", valueName: "folder"))
  var data = "/usr/share/datasets/fashion-mnist"

  func run() throws {
    let source = DataSource(FilePath(data), part: .test)
    let articles = try source.read(threads: 1).images
    let state = try runningDaemon()
    let photos = DemoPhotos(articles)
    for photo in photos.all { try photo.write(to: state) }
    print("Dropped \(photos.all.count) files in \(state.path)/inbox.")
    try wait(for: photos.all.count, in: state)
  }

  /// The state directory as soon as a daemon serves it.
  private func runningDaemon() throws -> StateDirectory {
    let deadline = ContinuousClock.now + Self.patience
    while ContinuousClock.now < deadline {
      if let state = try? StateDirectory(observing: FilePath(directory)),
        state.servingProcess() != nil, (try? state.folder(.manifests)) != nil
      {
        return state
      }
      usleep(Self.interval)
    }
    throw DemoFailure(description: "No daemon serves \(directory).")
  }

  /// Waits until there are as many entries as photos were dropped.
  private func wait(for count: Int, in state: StateDirectory) throws {
    let reader = ManifestReader(try state.folder(.manifests))
    let start = ContinuousClock.now
    var recorded = 0
    var deadline = start + Self.patience
    while recorded < count {
      let sequence = try reader.overview().lastSequence
      if sequence > recorded { deadline = ContinuousClock.now + Self.patience }
      recorded = sequence
      guard state.servingProcess() != nil, ContinuousClock.now < deadline else {
        throw DemoFailure(description: "The daemon stopped after \(recorded) of \(count) files.")
      }
      usleep(Self.interval)
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    print("All \(count) are recorded, \(FixedPoint.text(seconds, digits: 1)) s later.")
  }
}
