import CKernels

/// A convolution or linear layer in training, with the ReLU behind it if there is one.
struct ConvolutionTraining: TrainingLayer {
  let context: TrainingContext
  let call: ConvolutionCall
  let weights: ParameterMemory.Packed
  let bias: ParameterMemory.Packed?
  let relu: Bool
  let outputGradient: BlockLayout
  /// The gradient behind the ReLU.
  let changedGradient: BlockLayout
  /// nil where nobody needs it.
  let inputGradient: BlockLayout?
  /// Added to the input's gradient.
  let addend: BlockLayout?

  func addForward(to schedule: inout TrainingSchedule) {
    schedule.addForImages { pass in
      let parameters = context.parameters
      unsafe call.run(
        context.kernels, in: context.fields.pointer, images: pass.images,
        weights: parameters.packed.pointer + weights.offset,
        bias: bias.map { unsafe UnsafePointer(parameters.packed.pointer + $0.offset) },
        epilogue: .init(relu: relu))
    }
  }

  func addBackward(to schedule: inout TrainingSchedule) {
    schedule.addForImages { pass in
      let images = pass.images
      let extent = call.output.extent(images: images.count)
      let functions = context.kernels.functions
      let gradient = unsafe context.map(changedGradient, images)
      if relu {
        unsafe functions.relu_gradient(
          extent, context.map(call.output, images), context.map(outputGradient, images), gradient)
      }
      if let bias {
        unsafe functions.sum_channels(
          extent, gradient, context.parameters.gradient(bias, shard: pass.shard))
      }
      unsafe call.addWeightGradient(
        context.kernels, in: context.fields.pointer, images: images,
        outputGradient: changedGradient,
        to: context.parameters.gradient(weights, shard: pass.shard))
      if let inputGradient, let transposed = weights.transposed {
        unsafe call.inputGradient(of: changedGradient, into: inputGradient).run(
          context.kernels, in: context.fields.pointer, images: images,
          weights: context.parameters.transposed.pointer + transposed, bias: nil,
          epilogue: .init(addend: addend))
      }
    }
  }
}
