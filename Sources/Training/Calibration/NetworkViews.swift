import Classification

/// What a network itself says of some images: before temperature, averages and decisions.
struct NetworkViews {
  /// How often the network looked at each image.
  let viewCount: Int
  let classCount: Int
  let featureCount: Int
  /// `[images, views, classCount]`.
  let logits: [Float]
  /// `[images, views, featureCount]`.
  let features: [Float]

  init(_ classifier: Classifier, on images: ImageSet, threads: Int) {
    viewCount = classifier.viewCount
    classCount = classifier.categories.count
    featureCount = classifier.featureCount
    let parts = concurrently(over: images.count, threads: threads) { range in
      classifier.views(
        of: images.pixels.span.extracting(ImageSet.pixelRange(range)), count: range.count,
        workspace: classifier.makeWorkspace(batch: 32))
    }
    logits = parts.flatMap(\.logits)
    features = parts.flatMap(\.features)
  }
}
