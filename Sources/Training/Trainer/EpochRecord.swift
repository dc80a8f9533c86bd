/// The figures of one epoch.
public struct EpochRecord: Sendable, Equatable, Codable {
  /// Counted from 1.
  public let epoch: Int
  /// The learning rate of the epoch's last step.
  public let learningRate: Double
  /// The mean loss over the epoch's batches as they were trained on: with augmentation, dropout,
  /// label smoothing and class weights.
  public let trainingLoss: Double
  /// The share of images that were recognised on the way.
  public let trainingAccuracy: Double
  /// Categorical cross-entropy on the validation images; nil without any.
  public let validationLoss: Double?
  /// The share of validation images that were recognised; nil without any.
  public let validationAccuracy: Double?
  /// Seconds that the epoch took.
  public let seconds: Double

  private enum CodingKeys: String, CodingKey {
    case epoch, seconds
    case learningRate = "learning_rate"
    case trainingLoss = "training_loss"
    case trainingAccuracy = "training_accuracy"
    case validationLoss = "validation_loss"
    case validationAccuracy = "validation_accuracy"
  }

  /// Whether a training can have had it; a file may say anything.
  var isPossible: Bool {
    let losses = [trainingLoss, validationLoss ?? 0]
    let accuracies = [trainingAccuracy, validationAccuracy ?? 0]
    return (1...1_000_000).contains(epoch) && losses.allSatisfy { (0...1e6).contains($0) }
      && accuracies.allSatisfy { (0...1).contains($0) }
  }

  /// `history.csv`: a line of names, then a line an epoch.
  static func csv(_ records: [EpochRecord]) -> String {
    let head =
      "epoch,learning_rate,training_loss,training_accuracy,"
      + "validation_loss,validation_accuracy,seconds\n"
    return head
      + records.map { record in
        let validation = [record.validationLoss, record.validationAccuracy]
          .map { $0.map { fixed($0, digits: 6) } ?? "" }
        let training = [record.learningRate, record.trainingLoss, record.trainingAccuracy]
          .map { fixed($0, digits: 6) }
        return ([String(record.epoch)] + training + validation + [fixed(record.seconds, digits: 1)])
          .joined(separator: ",") + "\n"
      }.joined()
  }

  /// Whether this epoch beats another one on the validation images. Without any, the later wins.
  func isBetter(than other: EpochRecord, by selection: Recipe.Selection) -> Bool {
    guard let loss = validationLoss, let otherLoss = other.validationLoss,
      let accuracy = validationAccuracy, let otherAccuracy = other.validationAccuracy
    else { return true }
    switch selection {
    case .loss: return loss < otherLoss
    case .accuracy:
      return accuracy > otherAccuracy || accuracy == otherAccuracy && loss < otherLoss
    }
  }
}
