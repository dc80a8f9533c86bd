import CKernels

/// A ReLU in training that follows neither convolution nor batch norm.
struct ReLUTraining: TrainingLayer {
  let context: TrainingContext
  let input: BlockLayout
  let output: BlockLayout
  let outputGradient: BlockLayout
  let inputGradient: BlockLayout?

  func addForward(to schedule: inout TrainingSchedule) {
    schedule.addForImages { pass in
      unsafe context.kernels.functions.relu(
        input.extent(images: pass.images.count), context.map(input, pass.images),
        context.map(output, pass.images))
    }
  }

  func addBackward(to schedule: inout TrainingSchedule) {
    guard let inputGradient else { return }
    schedule.addForImages { pass in
      unsafe context.kernels.functions.relu_gradient(
        input.extent(images: pass.images.count), context.map(output, pass.images),
        context.map(outputGradient, pass.images), context.map(inputGradient, pass.images))
    }
  }
}

/// Dropout (Srivastava et al. 2014). The same seed, step, layer and image give the same mask.
struct DropoutTraining: TrainingLayer {
  let context: TrainingContext
  let rate: Double
  let seed: UInt64
  /// Tells the network's dropout layers apart.
  let layer: Int
  let input: BlockLayout
  let output: BlockLayout
  let outputGradient: BlockLayout
  let inputGradient: BlockLayout?

  func addForward(to schedule: inout TrainingSchedule) {
    schedule.addForImages { pass in apply(pass, from: input, to: output) }
  }

  func addBackward(to schedule: inout TrainingSchedule) {
    guard let inputGradient else { return }
    schedule.addForImages { pass in apply(pass, from: outputGradient, to: inputGradient) }
  }

  private func apply(_ pass: TrainingPass, from source: BlockLayout, to target: BlockLayout) {
    var dropout = hangtag_dropout(
      key: (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)),
      step: UInt32(truncatingIfNeeded: pass.step), layer: UInt32(layer),
      first_image: UInt32(pass.images.lowerBound), threshold: UInt32(rate * 0x1p32),
      scale: Float(1 / (1 - rate)))
    unsafe context.kernels.functions.dropout(
      source.extent(images: pass.images.count), &dropout, context.map(source, pass.images),
      context.map(target, pass.images))
  }
}

/// Flatten in training: from blocks of channels to a list in channel, height, width order.
struct FlattenTraining: TrainingLayer {
  let context: TrainingContext
  let input: BlockLayout
  let output: BlockLayout
  let outputGradient: BlockLayout
  let inputGradient: BlockLayout?

  func addForward(to schedule: inout TrainingSchedule) {
    schedule.addForImages { pass in
      unsafe context.kernels.functions.unpack(
        input.extent(images: pass.images.count), context.map(input, pass.images),
        context.map(output, pass.images).data, output.image)
    }
  }

  func addBackward(to schedule: inout TrainingSchedule) {
    guard let inputGradient else { return }
    schedule.addForImages { pass in
      unsafe context.kernels.functions.pack(
        input.extent(images: pass.images.count), context.map(outputGradient, pass.images).data,
        outputGradient.image, context.map(inputGradient, pass.images))
    }
  }
}

/// The sum that ends a residual block. Its gradient is that of both terms: the inner layers take
/// it as theirs, and it is added to the gradient of the block's input.
struct AddTraining: TrainingLayer {
  let context: TrainingContext
  let input: BlockLayout
  let skip: BlockLayout
  let output: BlockLayout

  func addForward(to schedule: inout TrainingSchedule) {
    schedule.addForImages { pass in
      unsafe context.kernels.functions.add(
        output.extent(images: pass.images.count), context.map(input, pass.images),
        context.map(skip, pass.images), context.map(output, pass.images))
    }
  }

  func addBackward(to schedule: inout TrainingSchedule) {}
}

/// Adds to a gradient those of the residual blocks' sums that its value skips to.
struct GradientSum: TrainingLayer {
  let context: TrainingContext
  let gradient: BlockLayout
  let addends: [BlockLayout]

  func addForward(to schedule: inout TrainingSchedule) {}

  func addBackward(to schedule: inout TrainingSchedule) {
    for addend in addends {
      schedule.addForImages { pass in
        let sum = unsafe context.map(gradient, pass.images)
        unsafe context.kernels.functions.add(
          gradient.extent(images: pass.images.count), sum, context.map(addend, pass.images), sum)
      }
    }
  }
}
