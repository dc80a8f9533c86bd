import CKernels

/// Max pooling in training. The largest values are found again on the way back.
struct MaxPoolTraining: TrainingLayer {
  let context: TrainingContext
  /// nil: the whole image.
  let size: Int?
  let input: BlockLayout
  let output: BlockLayout
  let outputGradient: BlockLayout
  let inputGradient: BlockLayout?

  func addForward(to schedule: inout TrainingSchedule) {
    schedule.addForImages { pass in
      let functions = context.kernels.functions
      let count = pass.images.count
      let source = unsafe context.map(input, pass.images)
      let target = unsafe context.map(output, pass.images)
      if let size {
        unsafe functions.max_pool(output.extent(images: count), Int32(size), source, target)
      } else {
        unsafe functions.global_max_pool(input.extent(images: count), source, target)
      }
    }
  }

  func addBackward(to schedule: inout TrainingSchedule) {
    guard let inputGradient else { return }
    schedule.addForImages { pass in
      let functions = context.kernels.functions
      let extent = input.extent(images: pass.images.count)
      let values = unsafe (context.map(input, pass.images), context.map(output, pass.images))
      let gradient = unsafe context.map(outputGradient, pass.images)
      let target = unsafe context.map(inputGradient, pass.images)
      if let size {
        unsafe functions.max_pool_gradient(
          extent, Int32(size), values.0, values.1, gradient, target)
      } else {
        unsafe functions.global_max_pool_gradient(extent, values.0, values.1, gradient, target)
      }
    }
  }
}

/// Global average pooling in training.
struct GlobalAveragePoolTraining: TrainingLayer {
  let context: TrainingContext
  let input: BlockLayout
  let output: BlockLayout
  let outputGradient: BlockLayout
  let inputGradient: BlockLayout?

  func addForward(to schedule: inout TrainingSchedule) {
    schedule.addForImages { pass in
      unsafe context.kernels.functions.global_average_pool(
        input.extent(images: pass.images.count), context.map(input, pass.images),
        context.map(output, pass.images))
    }
  }

  func addBackward(to schedule: inout TrainingSchedule) {
    guard let inputGradient else { return }
    schedule.addForImages { pass in
      unsafe context.kernels.functions.global_average_pool_gradient(
        input.extent(images: pass.images.count), context.map(outputGradient, pass.images),
        context.map(inputGradient, pass.images))
    }
  }
}
