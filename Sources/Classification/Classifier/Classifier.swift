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

  /// How unlike its training images a photo is, where the model can say so.
  public let distance: FeatureDistance?
  /// The number of features that the network makes of a photo.
  public var featureCount: Int { network.featureCount }

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
    distance = try FeatureDistance(model, featureCount: network.featureCount)
    let input = model.input
    levels = (0...255).map { Float((Double($0) * input.scale - input.mean) / input.std) }
    sharpness = 1 / (model.calibration?.temperature ?? 1)
  }

  /// Memory for one thread.
  ///
  /// - Parameters:
  ///   - batch: the most photos that go through the network together; more are taken in turns.
  ///   - looksOnce: whether to leave out mirror images that the model asks for.
  ///   - instructionSet: computes with another instruction set, which must read weights as the
  ///     classifier's own does; see `InferenceNetwork.makeWorkspace`.
  public func makeWorkspace(
    batch: Int = 1, looksOnce: Bool = false, instructionSet: InstructionSet? = nil
  ) -> Workspace {
    let batch = max(1, batch)
    let viewCount = looksOnce ? 1 : viewCount
    let images = viewCount * batch
    return Workspace(
      batch: batch, viewCount: viewCount,
      inputs: [Float](repeating: 0, count: images * PreparedInput.pixelCount),
      logits: [Float](repeating: 0, count: images * categories.count),
      features: [Float](repeating: 0, count: images * featureCount),
      scratch: [Float](repeating: 0, count: featureCount),
      network: network.makeWorkspace(batch: images, instructionSet: instructionSet))
  }

  /// What one thread needs to run a classifier. Made by the classifier it is used with.
  public final class Workspace {
    fileprivate let batch: Int
    fileprivate let viewCount: Int
    /// `[photos, 28 * 28]`, after them the mirror images.
    fileprivate var inputs: [Float]
    /// `[photos, categories]`, after them the mirror images'.
    fileprivate var logits: [Float]
    /// `[photos, features]`, after them the mirror images'.
    fileprivate var features: [Float]
    fileprivate var scratch: [Float]
    fileprivate let network: NeuralNetwork.Workspace

    fileprivate init(
      batch: Int, viewCount: Int, inputs: [Float], logits: [Float], features: [Float],
      scratch: [Float],
      network: NeuralNetwork.Workspace
    ) {
      self.batch = batch
      self.viewCount = viewCount
      self.inputs = inputs
      self.logits = logits
      self.features = features
      self.scratch = scratch
      self.network = network
    }
  }

  /// Makes the network a little faster, in milliseconds; see `InferenceNetwork.gatherWeights`.
  public func gatherWeights() { network.gatherWeights() }

  /// The probabilities of each photo's categories. Allocates nothing.
  ///
  /// - Parameters:
  ///   - pixels: `[count, 28, 28]` as in ``PreparedInput/pixels``.
  ///   - count: the number of photos.
  ///   - probabilities: takes `[count, categories]`, each row summing to 1.
  ///   - distances: takes `[count]`, unless it is empty: how unlike the training images each is, 0
  ///     where the model cannot say so; see ``FeatureDistance``.
  ///   - workspace: made by this classifier and used by no other thread meanwhile.
  public func probabilities(
    of pixels: Span<UInt8>, count: Int, into probabilities: inout MutableSpan<Float>,
    distances: inout MutableSpan<Float>, workspace: Workspace
  ) {
    precondition(probabilities.count >= count * categories.count, "no room for the probabilities")
    precondition(distances.isEmpty || distances.count >= count, "no room for the distances")
    forEachBatch(of: pixels, count: count, workspace: workspace) { first, photos in
      for photo in 0..<photos {
        average(
          workspace, photo: photo, of: photos, into: &probabilities,
          at: (first + photo) * categories.count)
        if !distances.isEmpty {
          distances[first + photo] = distance(ofPhoto: photo, of: photos, in: workspace)
        }
      }
    }
  }

  /// The same without distances.
  public func probabilities(
    of pixels: Span<UInt8>, count: Int, into probabilities: inout MutableSpan<Float>,
    workspace: Workspace
  ) {
    var none = MutableSpan<Float>()
    self.probabilities(
      of: pixels, count: count, into: &probabilities, distances: &none, workspace: workspace)
  }

  /// What the network itself says, for fitting a calibration: no temperature, no average.
  ///
  /// - Parameters:
  ///   - pixels: `[count, 28, 28]`.
  ///   - workspace: made by this classifier and used by no other thread meanwhile.
  /// - Returns: The logits `[count, views, categories]` and the features `[count, views,
  ///   features]`; the second view is the mirror image, where the model asks for it.
  public func views(
    of pixels: Span<UInt8>, count: Int, workspace: Workspace
  ) -> (logits: [Float], features: [Float]) {
    var logits: [Float] = []
    var features: [Float] = []
    forEachBatch(of: pixels, count: count, workspace: workspace) { _, photos in
      for photo in 0..<photos {
        for view in 0..<workspace.viewCount {
          let row = view * photos + photo
          logits += workspace.logits[row * categories.count..<(row + 1) * categories.count]
          features += workspace.features[row * featureCount..<(row + 1) * featureCount]
        }
      }
    }
    return (logits, features)
  }

  /// How often the network looks at a photo.
  public var viewCount: Int { input.mirror ? 2 : 1 }

  /// Runs the network over all photos; `body` finds a batch's outcome in the workspace.
  private func forEachBatch(
    of pixels: Span<UInt8>, count: Int, workspace: Workspace,
    _ body: (_ first: Int, _ photos: Int) -> Void
  ) {
    precondition(pixels.count >= count * PreparedInput.pixelCount, "fewer pixels than photos")
    for first in stride(from: 0, to: count, by: workspace.batch) {
      let photos = min(workspace.batch, count - first)
      fill(
        &workspace.inputs, with: pixels, first: first, photos: photos,
        mirrored: workspace.viewCount == 2)
      run(
        workspace.inputs, count: workspace.viewCount * photos, logits: &workspace.logits,
        features: &workspace.features, workspace.network)
      body(first, photos)
    }
  }

  /// Scales photos, with their mirror images behind them.
  private func fill(
    _ inputs: inout [Float], with pixels: Span<UInt8>, first: Int, photos: Int, mirrored: Bool
  ) {
    let start = first * PreparedInput.pixelCount
    let count = photos * PreparedInput.pixelCount
    for i in 0..<count { inputs[i] = levels[Int(pixels[start + i])] }
    guard mirrored else { return }
    let edge = PreparedInput.edge
    for row in stride(from: 0, to: count, by: edge) {
      for column in 0..<edge { inputs[count + row + column] = inputs[row + edge - 1 - column] }
    }
  }

  private func run(
    _ inputs: [Float], count: Int, logits: inout [Float], features: inout [Float],
    _ workspace: NeuralNetwork.Workspace
  ) {
    var logits = logits.mutableSpan
    var features = features.mutableSpan
    network.run(
      inputs.span, count: count, logits: &logits, features: &features,
      workspace: workspace)
  }

  /// The mean over a photo's views.
  private func distance(ofPhoto photo: Int, of photos: Int, in workspace: Workspace) -> Float {
    guard let distance else { return 0 }
    var sum: Float = 0
    for view in 0..<workspace.viewCount {
      let start = (view * photos + photo) * featureCount
      sum += distance(workspace.features, from: start, scratch: &workspace.scratch)
    }
    return sum / Float(workspace.viewCount)
  }

  /// Writes one photo's softmax, averaged with its mirror image's.
  private func average(
    _ workspace: Workspace, photo: Int, of photos: Int,
    into probabilities: inout MutableSpan<Float>, at start: Int
  ) {
    for i in 0..<categories.count { probabilities[start + i] = 0 }
    let logits = workspace.logits
    for view in 0..<workspace.viewCount {
      let row = (view * photos + photo) * categories.count
      let softmax = Softmax(
        logits.span.extracting(row..<row + categories.count), sharpness: sharpness)
      for i in 0..<categories.count {
        probabilities[start + i] += Float(
          softmax.share(of: logits[row + i]) / Double(workspace.viewCount))
      }
    }
  }
}
