import CKernels

/// What a layer in training works on: where its values and gradients lie, and its parameters.
struct TrainingContext: Sendable {
  let kernels: Kernels
  /// All values and gradients of all images of a batch.
  let fields: FloatMemory
  let parameters: ParameterMemory
  /// The largest batch.
  let capacity: Int

  /// The map of some images' values or gradients.
  func map(_ layout: BlockLayout, _ images: Range<Int>) -> hangtag_map {
    unsafe layout.map(in: fields.pointer, firstImage: images.lowerBound)
  }
}
