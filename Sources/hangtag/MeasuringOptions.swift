import ArgumentParser
import Training

/// A model, and the labelled images to measure or calibrate it on: a data set, or a shop's photos.
struct MeasuringOptions: ParsableArguments {
  @OptionGroup var data: DataOptions

  @Option(
    help: ArgumentHelp(
      "Labelled photos of a shop, in place of --data: one folder a category.",
      valueName: "folder"))
  var photos: String?

  @Option(help: ArgumentHelp("The model.", valueName: "file"))
  var model: String

  func validate() throws {
    if data.data.isEmpty == (photos == nil) {
      throw ValidationError("Say which images to take: either --data or --photos.")
    }
  }
}
