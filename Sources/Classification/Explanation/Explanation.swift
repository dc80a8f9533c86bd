/// What `hangtag explain` shows of the way from a photo to the network's input, stage by stage.
public struct Explanation: Sendable, Equatable {
  /// One stage in words.
  public struct Stage: Sendable, Equatable {
    /// What it is: `background`.
    public let name: String
    /// What was found: `rgb(250, 250, 251), explains 98% of the border`.
    public let finding: String
  }

  /// The stages in their order.
  public let stages: [Stage]

  /// The stages of a prepared photo.
  public init(_ input: PreparedInput) {
    let seen = input.measurements
    var stages = [
      Stage(name: "reduced picture", finding: "\(seen.imageWidth) x \(seen.imageHeight) pixels")
    ]
    if seen.content.area < seen.imageWidth * seen.imageHeight {
      stages.append(Stage(name: "inside its frame", finding: Self.words(seen.content)))
    }
    let colour = seen.background
    let share = Int((seen.borderUniformity * 100).rounded())
    stages += [
      Stage(
        name: "background",
        finding: "rgb(\(colour.x), \(colour.y), \(colour.z)), explains \(share)% of the border"),
      Stage(
        name: "polarity",
        finding: seen.isNegated
          ? "negated, the background is light" : "kept, the background is dark"),
      Stage(name: "subject", finding: seen.subject.map(Self.words) ?? "none found"),
    ]
    if seen.subject != nil {
      let contrast = Int((seen.contrast * 100).rounded())
      stages.append(Stage(name: "contrast", finding: "\(contrast)% before it was stretched"))
    }
    self.stages = stages
  }

  private static func words(_ box: PixelBox) -> String {
    "\(box.width) x \(box.height) pixels at (\(box.x), \(box.y))"
  }
}
