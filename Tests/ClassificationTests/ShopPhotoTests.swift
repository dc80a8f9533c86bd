import Classification
import Imaging
import TestSupport
import Testing

/// Accuracy on the real shop photos of the part that may guide choices.
@Suite(.enabled(if: SharedData.isPresent, "needs ../shared"))
struct ShopPhotoTests {
  /// One row of photos/sources.tsv.
  private struct Photo {
    var file: String
    var slug: String
    var part: String
    var background: String
    var isWorn: Bool
  }

  private func photos() throws -> [Photo] {
    let table = String(decoding: try SharedFile.bytes("photos/sources.tsv"), as: UTF8.self)
    return table.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return Photo(
        file: fields[0], slug: fields[1], part: fields[2], background: fields[6],
        isWorn: fields[7] == "yes")
    }
  }

  /// The prototype in reference/README.md reached 0.95 on these 130 photos with these weights: 123
  /// or 124 right.
  @Test func productsOnPlainGroundAreRecognised() throws {
    let photos = try photos().filter { photo in
      photo.part == "tune" && !photo.isWorn && photo.slug != "other"
        && ["white", "plain"].contains(photo.background)
    }
    let classifier = try Classifier(SharedFile.model("residual"))
    let workspace = classifier.makeWorkspace()
    var decoder = ImageDecoder()
    var preprocessor = Preprocessor()
    var image = RGBImage()
    var input = PreparedInput()
    var probabilities = [Float](repeating: 0, count: classifier.categories.count)
    var wrong: [String] = []
    for photo in photos {
      let bytes = try SharedFile.bytes("photos/\(photo.file)")
      _ = try decoder.decode(bytes.span, into: &image)
      preprocessor.prepare(image, into: &input)
      var span = probabilities.mutableSpan
      classifier.probabilities(
        of: input.pixels.span, count: 1, into: &span, workspace: workspace)
      let decision = DecisionPolicy().decide(
        probabilities.span, measurements: input.measurements)
      let slug = classifier.categories[decision.index].slug
      if slug != photo.slug { wrong.append("\(photo.file): \(slug)") }
    }
    #expect(photos.count == 130)
    #expect(Double(photos.count - wrong.count) >= 0.95 * Double(photos.count), "\(wrong)")
  }
}
