import JSON
public import NeuralNetwork

/// One model in the place of several that began alike: each weight, and each running statistic, is the
/// mean of theirs. Where the models lie in one valley of the loss, as a model and what fine-tuning
/// made of it do, their mean is often better than each and costs no more to run ("model soups",
/// Wortsman et al. 2022; "WiSE-FT", Wortsman et al. 2021).
public enum ModelAverage {
  /// The mean of models, not calibrated yet. It tells of its training what the last one does but for
  /// the scores, which are not its own, and, as `averaged_sha256`, of which files it is the mean.
  ///
  /// - Precondition: There is a model.
  /// - Throws: Where the models differ in more than their weights, or held back other images: those
  ///   that one of them learned from could not calibrate the mean.
  public static func average(_ members: [SourceModel]) throws(TrainingError) -> Model {
    guard let last = members.last?.model else { preconditionFailure("there is no model") }
    for model in members.map(\.model) {
      guard model.architecture == last.architecture, model.labels == last.labels,
        model.input == last.input
      else {
        throw TrainingError(
          .data,
          "\(model.name) and \(last.name) differ in architecture, labels or input: only models that "
            + "began alike have a mean.")
      }
      guard let told = HeldBack(model), let other = HeldBack(last), told.isSame(as: other) else {
        throw TrainingError(
          .data,
          "\(model.name) does not say that it learned from the same images as \(last.name) and held "
            + "back the same ones: nothing would be left to calibrate the mean on.")
      }
    }
    do throws(ModelError) {
      return try Model(
        name: last.name, architecture: last.architecture, labels: last.labels, input: last.input,
        training: provenance(of: last, members.map(\.sha256)),
        parameters: mean(members.map(\.model.parameters)))
    } catch {
      preconditionFailure("the mean of valid models is valid: \(error)")
    }
  }

  /// Summed in double precision, in the order given.
  private static func mean(_ parameters: [[String: Tensor]]) -> [String: Tensor] {
    guard let first = parameters.first else { return [:] }
    return Dictionary(
      uniqueKeysWithValues: first.map { name, tensor in
        let tensors = parameters.compactMap { $0[name]?.values }
        let values = tensor.values.indices.map { index in
          Float(tensors.reduce(0) { $0 + Double($1[index]) } / Double(tensors.count))
        }
        return (name, Tensor(shape: tensor.shape, values: values))
      })
  }

  /// What the last member tells that is not so of the mean.
  private static let notItsOwn: Set = ["best", "history", "test", "test_data", "averaged_sha256"]

  private static func provenance(of model: Model, _ digests: [String]) -> String {
    // `HeldBack` has read it.
    let told = try? JSONParser.parse(Array((model.training ?? "{}").utf8)[...])
    let members = (told?.object ?? []).filter { !notItsOwn.contains($0.key) }
    let averaged = JSONValue.Member(
      key: "averaged_sha256", value: .array(digests.map { .string($0) }))
    return JSONValue.object([averaged] + members).text
  }
}
