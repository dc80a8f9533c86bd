import Classification
import Imaging
import Manifest
import Synchronization

/// What a reload may change while photos are being worked on. A photo is worked on with one value
/// from beginning to end.
struct Serving: Sendable {
  let model: ServingModel
  let policy: DecisionPolicy
  let limits: DecodeLimits

  init(model: ServingModel, configuration: Configuration) throws(ServingModelError) {
    self.model = model
    policy = try model.policy(for: configuration)
    limits = configuration.limits
  }

  /// How entries name the model.
  var modelReference: Entry.Model { model.reference }
}

/// The value in force, shared by all workers.
final class ServingState: Sendable {
  /// Takes the times of each photo's stages, where they are wanted.
  let trace: Trace?
  private let value: Mutex<Serving>

  init(_ serving: Serving, trace: Trace? = nil) {
    value = Mutex(serving)
    self.trace = trace
  }

  var current: Serving { value.withLock { $0 } }

  func replace(with serving: Serving) { value.withLock { $0 = serving } }
}
