/// Gives each node of a plan its memory: the layers in order, ready to train.
struct TrainingLayers {
  private(set) var layers: [any TrainingLayer] = []
  let context: TrainingContext
  let input: BlockLayout
  let loss: CrossEntropyTraining

  init(
    _ architecture: Architecture, capacity: Int, shards: Int, seed: UInt64, kernels: Kernels
  ) {
    let plan = TrainingPlan(architecture)
    let fields = FieldLayouts(plan)
    var builder = ParameterMemory.Builder(ParameterSlice.slices(of: architecture))
    let convolutions = plan.nodes.map { Convolution($0, fields, &builder) }
    context = TrainingContext(
      kernels: kernels, fields: FloatMemory(count: fields.size * capacity),
      parameters: ParameterMemory(builder, shards: shards, kernels: kernels), capacity: capacity)
    input = fields.values[TrainingPlan.input]
    loss = CrossEntropyTraining(
      context: context, logits: fields.values[plan.output],
      gradient: fields.gradients[plan.nodes[plan.nodes.count - 1].outputGradient])
    for (index, node) in plan.nodes.enumerated() {
      append(node, index, convolutions[index], fields, builder, seed: seed)
    }
  }

  private mutating func append(
    _ node: TrainingPlan.Node, _ index: Int, _ convolution: Convolution?, _ fields: FieldLayouts,
    _ parameters: ParameterMemory.Builder, seed: UInt64
  ) {
    let input = fields.values[node.input]
    let output = fields.values[node.output]
    let outputGradient = fields.gradients[node.outputGradient]
    let inputGradient = node.inputGradient.map { fields.gradients[$0] }
    var addends = node.addends.map { fields.gradients[$0] }
    let fusedAddend = convolution != nil && !addends.isEmpty ? addends.removeFirst() : nil
    if let inputGradient, !addends.isEmpty {
      // Before the node, so that on the way back it comes after it.
      layers.append(GradientSum(context: context, gradient: inputGradient, addends: addends))
    }
    switch node.operation {
    case .convolve(_, _, _, let relu):
      guard let convolution else { preconditionFailure("made above for each convolution") }
      layers.append(
        ConvolutionTraining(
          context: context, call: convolution.call, weights: convolution.weights,
          bias: convolution.bias, relu: relu, outputGradient: outputGradient,
          changedGradient: fields.gradients[node.changedGradient], inputGradient: inputGradient,
          addend: fusedAddend))
    case .batchNorm(let layer, let eps, let relu):
      layers.append(
        BatchNormTraining(
          context: context, input: input, output: output, outputGradient: outputGradient,
          inputGradient: inputGradient, eps: eps, relu: relu,
          parameters: .init(
            scale: parameters.range(layer + ".weight"), shift: parameters.range(layer + ".bias"),
            runningMean: parameters.range(layer + ".running_mean"),
            runningVariance: parameters.range(layer + ".running_var")),
          memory: .init(channels: input.channels, capacity: context.capacity)))
    case .relu:
      layers.append(
        ReLUTraining(
          context: context, input: input, output: output, outputGradient: outputGradient,
          inputGradient: inputGradient))
    case .maxPool, .globalMaxPool:
      var size: Int?
      if case .maxPool(let windowSize) = node.operation { size = windowSize }
      layers.append(
        MaxPoolTraining(
          context: context, size: size, input: input, output: output,
          outputGradient: outputGradient, inputGradient: inputGradient))
    case .globalAveragePool:
      layers.append(
        GlobalAveragePoolTraining(
          context: context, input: input, output: output, outputGradient: outputGradient,
          inputGradient: inputGradient))
    case .dropout(let rate):
      layers.append(
        DropoutTraining(
          context: context, rate: rate, seed: seed, layer: index, input: input, output: output,
          outputGradient: outputGradient, inputGradient: inputGradient))
    case .flatten:
      layers.append(
        FlattenTraining(
          context: context, input: input, output: output, outputGradient: outputGradient,
          inputGradient: inputGradient))
    case .add(let skip):
      layers.append(
        AddTraining(context: context, input: input, skip: fields.values[skip], output: output))
    }
  }

  /// A convolution's parameters, which must be known before there is memory for them.
  private struct Convolution {
    let call: ConvolutionCall
    let weights: ParameterMemory.Packed
    let bias: ParameterMemory.Packed?

    init?(
      _ node: TrainingPlan.Node, _ fields: FieldLayouts, _ builder: inout ParameterMemory.Builder
    ) {
      guard case .convolve(let kind, let layer, let hasBias, _) = node.operation else { return nil }
      let call = ConvolutionCall(
        kind, input: fields.values[node.input], output: fields.values[node.output])
      let transposed = node.inputGradient.map {
        call.inputGradient(
          of: fields.gradients[node.changedGradient], into: fields.gradients[$0])
      }
      self.call = call
      weights = builder.addWeights(layer + ".weight", call, transposed: transposed)
      bias = hasBias ? builder.addBias(layer + ".bias") : nil
    }
  }
}

/// Where each value and each gradient of an image lies.
private struct FieldLayouts {
  let values: [BlockLayout]
  let gradients: [BlockLayout]
  /// Of all fields of one image.
  let size: Int

  init(_ plan: TrainingPlan) {
    var size = 0
    func place(_ field: TrainingPlan.Field, interleaved: Bool) -> BlockLayout {
      var layout = BlockLayout(
        channels: field.channels, height: field.height, width: field.width,
        padding: field.padding, isInterleaved: interleaved)
      layout.offset = size
      size += layout.image
      return layout
    }
    var values = plan.values.indices.map { index in
      place(
        plan.values[index],
        interleaved: index == TrainingPlan.input && plan.readsInputDirectly)
    }
    var gradients = plan.gradients.map { place($0, interleaved: false) }
    // An odd number of cache lines, so that the images do not compete for the same places.
    if size / BlockLayout.block % 2 == 0 { size += BlockLayout.block }
    for index in values.indices { values[index].image = size }
    for index in gradients.indices { gradients[index].image = size }
    self.values = values
    self.gradients = gradients
    self.size = size
  }
}
