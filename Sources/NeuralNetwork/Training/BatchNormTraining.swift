import CKernels

/// Batch normalisation in training, with the ReLU behind it if there is one. Statistics are those
/// of the whole batch: each image's are combined in the images' order (Chan, Golub & LeVeque 1979).
struct BatchNormTraining: TrainingLayer {
  let context: TrainingContext
  let input: BlockLayout
  let output: BlockLayout
  let outputGradient: BlockLayout
  let inputGradient: BlockLayout?
  let eps: Double
  let relu: Bool
  let parameters: Parameters
  let memory: Memory

  /// Weight of the newest batch in the running statistics, as in PyTorch.
  static let momentum = 0.1

  /// Places in the optimiser's vector.
  struct Parameters: Sendable {
    let scale: Range<Int>
    let shift: Range<Int>
    let runningMean: Range<Int>
    let runningVariance: Range<Int>
  }

  /// Numbers of each channel; those of each image, too, come in rows of `stride`.
  struct Memory: Sendable {
    let stride: Int
    let scale, shift, mean, slope, offset: FloatMemory
    let inverseDeviation: FloatMemory
    /// Means and squares of images forward, sums and products backward.
    let first, second: FloatMemory

    init(channels: Int, capacity: Int) {
      let stride = BlockLayout.roundedUp(channels)
      func vector() -> FloatMemory { FloatMemory(count: stride) }
      (scale, shift, mean, slope, offset) = (vector(), vector(), vector(), vector(), vector())
      inverseDeviation = vector()
      first = FloatMemory(count: stride * capacity)
      second = FloatMemory(count: stride * capacity)
      self.stride = stride
    }
  }

  func addForward(to schedule: inout TrainingSchedule) {
    schedule.addForImages { pass in
      let start = pass.images.lowerBound * memory.stride
      unsafe context.kernels.functions.moments(
        input.extent(images: pass.images.count), context.map(input, pass.images),
        memory.first.pointer + start, memory.second.pointer + start, memory.stride)
    }
    schedule.addForBatch { images in
      for channel in 0..<input.channels { combineMoments(of: channel, images: images) }
    }
    schedule.addForImages { pass in
      unsafe context.kernels.functions.scale_shift(
        input.extent(images: pass.images.count), context.map(input, pass.images),
        memory.scale.pointer, memory.shift.pointer, relu ? 1 : 0,
        context.map(output, pass.images))
    }
  }

  func addBackward(to schedule: inout TrainingSchedule) {
    schedule.addForImages { pass in
      let start = pass.images.lowerBound * memory.stride
      var norm = unsafe description
      unsafe context.kernels.functions.batch_norm_sums(
        input.extent(images: pass.images.count), &norm, context.map(input, pass.images),
        context.map(outputGradient, pass.images), memory.first.pointer + start,
        memory.second.pointer + start, memory.stride)
    }
    schedule.addForBatch { images in
      for channel in 0..<input.channels { combineGradients(of: channel, images: images) }
    }
    guard let inputGradient else { return }
    schedule.addForImages { pass in
      var norm = unsafe description
      unsafe context.kernels.functions.batch_norm_gradient(
        input.extent(images: pass.images.count), &norm, context.map(input, pass.images),
        context.map(outputGradient, pass.images), context.map(inputGradient, pass.images))
    }
  }

  private func combineMoments(of channel: Int, images: Int) {
    let pixels = Double(input.height * input.width)
    var count = 0.0
    var mean = 0.0
    var squares = 0.0
    for image in 0..<images {
      let index = image * memory.stride + channel
      let difference = unsafe Double(memory.first.pointer[index]) - mean
      let total = count + pixels
      mean += difference * pixels / total
      unsafe squares += Double(memory.second.pointer[index])
      squares += difference * difference * count * pixels / total
      count = total
    }
    let inverseDeviation = 1 / (squares / count + eps).squareRoot()
    let values = unsafe context.parameters.values.pointer
    let scale = unsafe Double(values[parameters.scale.lowerBound + channel]) * inverseDeviation
    let shift = unsafe Double(values[parameters.shift.lowerBound + channel]) - mean * scale
    unsafe memory.mean.pointer[channel] = Float(mean)
    unsafe memory.inverseDeviation.pointer[channel] = Float(inverseDeviation)
    unsafe memory.scale.pointer[channel] = Float(scale)
    unsafe memory.shift.pointer[channel] = Float(shift)
    unsafe update(&values[parameters.runningMean.lowerBound + channel], towards: mean)
    // The running variance is the unbiased one, the batch is normalised by the biased one.
    let unbiased = squares / max(count - 1, 1)
    unsafe update(&values[parameters.runningVariance.lowerBound + channel], towards: unbiased)
  }

  private func update(_ running: inout Float, towards value: Double) {
    running = Float(Double(running) * (1 - Self.momentum) + value * Self.momentum)
  }

  private func combineGradients(of channel: Int, images: Int) {
    var sum = 0.0
    var product = 0.0
    for image in 0..<images {
      let index = image * memory.stride + channel
      unsafe sum += Double(memory.first.pointer[index])
      unsafe product += Double(memory.second.pointer[index])
    }
    let inverseDeviation = unsafe Double(memory.inverseDeviation.pointer[channel])
    let scale = unsafe Double(memory.scale.pointer[channel])
    let count = Double(images * input.height * input.width)
    let gradients = unsafe context.parameters.gradients.pointer
    unsafe gradients[parameters.scale.lowerBound + channel] = Float(product * inverseDeviation)
    unsafe gradients[parameters.shift.lowerBound + channel] = Float(sum)
    let slope = -scale * inverseDeviation * inverseDeviation * product / count
    unsafe memory.slope.pointer[channel] = Float(slope)
    unsafe memory.offset.pointer[channel] = Float(-scale * sum / count)
  }

  private var description: hangtag_batch_norm {
    unsafe hangtag_batch_norm(
      scale: memory.scale.pointer, shift: memory.shift.pointer, mean: memory.mean.pointer,
      slope: memory.slope.pointer, offset: memory.offset.pointer, relu: relu ? 1 : 0)
  }
}
