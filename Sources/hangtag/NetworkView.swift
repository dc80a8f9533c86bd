import Classification
import FoundationEssentials

/// What the network saw of a photo and said to it, drawn for a terminal: the 28 x 28 input beside
/// the probabilities.
struct NetworkView {
  private static let barWidth = 20

  let input: PreparedInput
  let labels: [String]
  let probabilities: [Float]

  /// The picture's 14 lines, each with a category's probability beside it, the most probable first.
  func lines(style: TerminalPicture.Style) -> [String] {
    let pixels = input.pixels
    let picture = TerminalPicture.lines(pixels.span, style: style)
    let ranked = zip(labels, probabilities).sorted { $0.1 > $1.1 }
    let width = labels.map(\.count).max() ?? 0
    return picture.indices.map { row in
      // One line below the picture's upper edge.
      guard row > 0, row <= ranked.count else { return ("  " + picture[row]).trimmed }
      let (label, probability) = ranked[row - 1]
      let bar = Self.bar(Double(probability), style: style)
      return "  \(picture[row])   \(label.padded(to: width))  \(bar)"
    }
  }

  /// The way from the photo to the picture, in words.
  var stages: FactSheet {
    var sheet = FactSheet()
    for stage in Explanation(input).stages { sheet.add(stage.name, stage.finding) }
    return sheet
  }

  private static func bar(_ probability: Double, style: TerminalPicture.Style) -> String {
    let filled = Int((probability * Double(barWidth)).rounded())
    let block = style == .ascii ? "#" : "█"
    return String(repeating: block, count: filled).padded(to: barWidth)
      // As in a manifest: no classifier may be sure of a photo.
      + min(probability, 0.9999).percent.aligned(to: 8)
  }
}

extension TerminalPicture.Style {
  /// What standard output can show.
  static var ofOutput: TerminalPicture.Style {
    let environment = ProcessInfo.processInfo.environment
    guard Console.isTerminal, environment["NO_COLOR"] == nil else { return .ascii }
    if ["truecolor", "24bit"].contains(environment["COLORTERM"]) { return .trueColor }
    return environment["TERM"]?.contains("256color") == true ? .palette : .ascii
  }
}
