/// The memory that one thread needs to run an `InferenceNetwork`: made once, used for every photo.
public final class Workspace {
  let network: InferenceNetwork
  let kernels: Kernels
  /// The most images that go through the network together.
  let batch: Int
  let memory: FloatMemory

  init(network: InferenceNetwork, kernels: Kernels, batch: Int, memory: FloatMemory) {
    self.network = network
    self.kernels = kernels
    self.batch = batch
    self.memory = memory
  }
}
