import FileSystem
import FoundationEssentials
import NeuralNetwork
import SystemPackage

/// All that a training needs to go on bit for bit as if it had never stopped. One safetensors file:
/// numbers as tensors, the rest as JSON in its metadata.
struct Checkpoint {
  /// What must be the same for the training to be the same.
  struct Identity: Codable, Equatable {
    /// Every key, as a recipe file.
    var recipe: String
    var architecture: String
    var labels: [String]
    /// SHA-256 of each source.
    var data: [String]
    /// SHA-256 of the model that lent its weights.
    var start: String?
    /// SHA-256 of the teacher.
    var teacher: String?
  }

  /// How far the training has come.
  struct Position: Codable, Equatable {
    /// Epochs that are complete.
    var epoch = 0
    /// Steps of the next epoch that are done.
    var step = 0
    /// Of those steps: the losses times their images, the images that were recognised, all images.
    var lossSum = 0.0
    var correct = 0
    var images = 0
    /// Of those steps: how long they took.
    var seconds = 0.0
  }

  private struct Header: Codable {
    var identity: Identity
    var position: Position
    var optimizerSteps: Int
    var history: [EpochRecord]
    var best: EpochRecord?
  }

  private static let name: FilePath = "checkpoint.safetensors"
  private static let key = "hangtag.checkpoint"

  var identity: Identity
  var position = Position()
  var history: [EpochRecord] = []
  /// The network's values: trained ones, then running statistics.
  var values: [Float]
  var optimizerSteps = 0
  var optimizerFirst: [Float]
  var optimizerSecond: [Float]
  /// Empty without averaging.
  var average: [Float]
  /// The best epoch so far, and its values.
  var best: EpochRecord?
  var bestValues: [Float] = []

  /// Writes it in the place of the one before, durably.
  func write(to folder: borrowing Directory) throws(TrainingError) {
    let header = Header(
      identity: identity, position: position, optimizerSteps: optimizerSteps, history: history,
      best: best)
    let tensors = [
      ("values", values), ("optimizer.first", optimizerFirst),
      ("optimizer.second", optimizerSecond), ("average", average), ("best.values", bestValues),
    ].map { ($0.0, Tensor(shape: [$0.1.count], values: $0.1)) }
    do {
      let json = String(decoding: try JSONEncoder().encode(header), as: UTF8.self)
      try folder.writeWhole(
        Self.name, Safetensors.serialize(metadata: [Self.key: json], tensors: tensors))
    } catch {
      throw TrainingError(.file, at: folder.path, "The checkpoint cannot be written: \(error).")
    }
  }

  /// Reads the checkpoint of a folder.
  ///
  /// - Returns: nil where there is none.
  init?(in folder: borrowing Directory) throws(TrainingError) {
    let path = folder.path.pushing(Self.name)
    do {
      guard try folder.status(of: Self.name) != nil else { return nil }
      let file = try Safetensors(bytes: folder.readWhole(Self.name, limit: .max))
      guard let json = file.metadata[Self.key] else {
        throw TrainingError(.checkpoint, at: path, "This is no checkpoint of Hangtag.")
      }
      let header = try JSONDecoder().decode(Header.self, from: Data(json.utf8))
      identity = header.identity
      position = header.position
      history = header.history
      optimizerSteps = header.optimizerSteps
      best = header.best
      values = try file.tensor("values").values
      optimizerFirst = try file.tensor("optimizer.first").values
      optimizerSecond = try file.tensor("optimizer.second").values
      average = try file.tensor("average").values
      bestValues = try file.tensor("best.values").values
    } catch let error as TrainingError {
      throw error
    } catch {
      throw TrainingError(
        .checkpoint, at: path, "The checkpoint cannot be used (\(error)); begin anew.")
    }
  }

  init(
    identity: Identity, values: [Float], optimizerFirst: [Float], optimizerSecond: [Float],
    average: [Float]
  ) {
    self.identity = identity
    self.values = values
    self.optimizerFirst = optimizerFirst
    self.optimizerSecond = optimizerSecond
    self.average = average
  }
}

extension Checkpoint.Identity {
  /// What differs from another training, in words; nil where nothing does.
  func difference(from other: Checkpoint.Identity) -> String? {
    if recipe != other.recipe {
      let lines = zip(recipe.split(separator: "\n"), other.recipe.split(separator: "\n"))
        .filter { $0.0 != $0.1 }
        .map { "\($0.1) instead of \($0.0)" }
      return "the recipe (\(lines.joined(separator: "; ")))"
    }
    if architecture != other.architecture { return "the architecture" }
    if labels != other.labels { return "the labels" }
    if data != other.data { return "the data" }
    if start != other.start { return "the model that it started from" }
    if teacher != other.teacher { return "the teacher" }
    return nil
  }
}
