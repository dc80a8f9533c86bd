import Glibc
import NeuralNetwork

/// A model ready to say how probable each of its categories is for prepared photos.
///
/// Immutable and shared between threads; each thread has a workspace of its own. A photo's
/// probabilities do not depend on the photos in the same batch.
public final class Classifier: Sendable {
  /// The model's name.
  public let name: String
  /// The model's categories, in the order of the probabilities.
  public let categories: [Category]
  /// How pixels become the network's input, and whether the mirror image is asked too.
  public let input: InputSpecification
  /// How far to trust the probabilities, where the model says so.
  public let calibration: Calibration?

  private let network: InferenceNetwork
  /// The network's input for each gray level.
  private let levels: [Float]
  /// Logits are multiplied by this: 1 / temperature (Guo et al. 2017).
  private let sharpness: Double

  /// Prepares a model.
  ///
  /// - Throws: when the model does not take what ``Preprocessor`` makes, or when its labels cannot
  ///   name folders.
  public init(
    _ model: Model, instructionSet: InstructionSet = .best
  ) throws(ClassifierError) {
    guard model.architecture.inputShape == [1, PreparedInput.edge, PreparedInput.edge] else {
      throw .inputShape(model.architecture.inputShape)
    }
    guard model.input.preprocessing == Preprocessor.version else {
      throw .unknownPreprocessing(model.input.preprocessing)
    }
    categories = try Category.categories(of: model.labels)
    name = model.name
    input = model.input
    calibration = model.calibration
    network = InferenceNetwork(model, instructionSet: instructionSet)
    let input = model.input
    levels = (0...255).map { Float((Double($0) * input.scale - input.mean) / input.std) }
    sharpness = 1 / (model.calibration?.temperature ?? 1)
  }

  /// Memory for one thread.
  ///
  /// - Parameter batch: the most photos that go through the network together; more are taken in
  ///   turns.
  public func makeWorkspace(batch: Int = 1) -> Workspace {
    let batch = max(1, batch)
    let images = input.mirror ? 2 * batch : batch
    return Workspace(
      batch: batch,
      inputs: [Float](repeating: 0, count: images * PreparedInput.pixelCount),
      logits: [Float](repeating: 0, count: images * categories.count),
      network: network.makeWorkspace(batch: images))
  }

  /// What one thread needs to run a classifier. Made by the classifier it is used with.
  public final class Workspace {
    fileprivate let batch: Int
    /// `[photos, 28 * 28]`, after them the mirror images.
    fileprivate var inputs: [Float]
    /// `[photos, categories]`, after them the mirror images'.
    fileprivate var logits: [Float]
    fileprivate let network: NeuralNetwork.Workspace

    fileprivate init(
      batch: Int, inputs: [Float], logits: [Float], network: NeuralNetwork.Workspace
    ) {
      self.batch = batch
      self.inputs = inputs
      self.logits = logits
      self.network = network
    }
  }

  /// The probabilities of each photo's categories. Allocates nothing.
  ///
  /// - Parameters:
  ///   - pixels: `[count, 28, 28]` as in ``PreparedInput/pixels``.
  ///   - count: the number of photos.
  ///   - probabilities: takes `[count, categories]`, each row summing to 1.
  ///   - workspace: made by this classifier and used by no other thread meanwhile.
  public func probabilities(
    of pixels: Span<UInt8>, count: Int, into probabilities: inout MutableSpan<Float>,
    workspace: Workspace
  ) {
    precondition(pixels.count >= count * PreparedInput.pixelCount, "fewer pixels than photos")
    precondition(probabilities.count >= count * categories.count, "no room for the probabilities")
    for first in stride(from: 0, to: count, by: workspace.batch) {
      let photos = min(workspace.batch, count - first)
      fill(&workspace.inputs, with: pixels, first: first, photos: photos)
      run(workspace.inputs, photos: photos, logits: &workspace.logits, workspace.network)
      for photo in 0..<photos {
        average(
          workspace.logits, photo: photo, of: photos, into: &probabilities,
          at: (first + photo) * categories.count)
      }
    }
  }

  /// The probabilities of one photo's categories.
  ///
  /// - Parameters:
  ///   - input: the prepared photo.
  ///   - probabilities: becomes as many numbers as there are categories; its memory is kept.
  ///   - workspace: made by this classifier and used by no other thread meanwhile.
  public func probabilities(
    of input: PreparedInput, into probabilities: inout [Float], workspace: Workspace
  ) {
    if probabilities.count != categories.count {
      probabilities = [Float](repeating: 0, count: categories.count)
    }
    var span = probabilities.mutableSpan
    self.probabilities(of: input.pixels.span, count: 1, into: &span, workspace: workspace)
  }

  /// Scales photos, and mirrors them behind.
  private func fill(
    _ inputs: inout [Float], with pixels: Span<UInt8>, first: Int, photos: Int
  ) {
    let start = first * PreparedInput.pixelCount
    let count = photos * PreparedInput.pixelCount
    for i in 0..<count { inputs[i] = levels[Int(pixels[start + i])] }
    guard input.mirror else { return }
    let edge = PreparedInput.edge
    for row in stride(from: 0, to: count, by: edge) {
      for column in 0..<edge { inputs[count + row + column] = inputs[row + edge - 1 - column] }
    }
  }

  private func run(
    _ inputs: [Float], photos: Int, logits: inout [Float], _ workspace: NeuralNetwork.Workspace
  ) {
    var logits = logits.mutableSpan
    network.logits(
      inputs.span, count: input.mirror ? 2 * photos : photos, into: &logits, workspace: workspace)
  }

  /// Writes one photo's softmax, averaged with its mirror image's.
  private func average(
    _ logits: [Float], photo: Int, of photos: Int,
    into probabilities: inout MutableSpan<Float>, at start: Int
  ) {
    for i in 0..<categories.count { probabilities[start + i] = 0 }
    let views = input.mirror ? 2 : 1
    for view in 0..<views {
      let row = (view * photos + photo) * categories.count
      var largest = Double(logits[row])
      for i in 1..<categories.count { largest = max(largest, Double(logits[row + i])) }
      var sum = 0.0
      for i in 0..<categories.count {
        sum += exp((Double(logits[row + i]) - largest) * sharpness)
      }
      for i in 0..<categories.count {
        let share = exp((Double(logits[row + i]) - largest) * sharpness) / sum
        probabilities[start + i] += Float(share / Double(views))
      }
    }
  }
}
