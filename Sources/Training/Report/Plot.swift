/// A diagram's frame: between numbers and places in an SVG picture, with axes.
struct Plot {
  /// Sizes in the SVG's own units; about pixels on a telephone.
  static let width = 400.0
  private static let left = 46.0
  private static let right = 10.0
  private static let top = 8.0
  private static let bottom = 40.0

  let height: Double
  let xRange: ClosedRange<Double>
  let yRange: ClosedRange<Double>

  init(x: ClosedRange<Double>, y: ClosedRange<Double>, height: Double = 260) {
    xRange = x
    yRange = y
    self.height = height
  }

  /// Across.
  func x(_ value: Double) -> Double {
    Self.left + (value - xRange.lowerBound) / (xRange.upperBound - xRange.lowerBound)
      * (Self.width - Self.left - Self.right)
  }

  /// Down.
  func y(_ value: Double) -> Double {
    height - Self.bottom - (value - yRange.lowerBound) / (yRange.upperBound - yRange.lowerBound)
      * (height - Self.top - Self.bottom)
  }

  /// A line through points; what lies outside the frame is cut off.
  func line(_ points: [(x: Double, y: Double)], style: String) -> Markup {
    let places = Markup.joined(
      points.map { point in
        let held = min(max(point.y, yRange.lowerBound), yRange.upperBound)
        return "\(x(point.x)),\(y(held)) "
      })
    return "<polyline class=\"line \(style)\" points=\"\(places)\"/>"
  }

  /// A bar on the lower edge.
  func bar(from: Double, to: Double, height value: Double, style: String, note: String) -> Markup {
    let rectangle: Markup = """
      <rect class="\(style)" x="\(x(from) + 1)" y="\(y(value))" \
      width="\(max(x(to) - x(from) - 2, 1))" height="\(y(yRange.lowerBound) - y(value))">
      """
    return rectangle + "<title>\(note)</title></rect>"
  }

  /// The whole picture: grid, axes, what is drawn in it.
  func picture(
    _ content: Markup, xTitle: String, yTitle: String, alt: String, digits: Int = 2,
    xDigits: Int = 1
  ) -> Markup {
    let xTicks = Self.ticks(xRange, about: 6).map { value -> Markup in
      """
      <line class="grid" x1="\(x(value))" x2="\(x(value))" y1="\(Self.top)" \
      y2="\(height - Self.bottom)"/><text x="\(x(value))" y="\(height - Self.bottom + 15)" \
      text-anchor="middle">\(fixed(value, digits: xDigits))</text>
      """
    }
    let yTicks = Self.ticks(yRange, about: 6).map { value -> Markup in
      """
      <line class="grid" x1="\(Self.left)" x2="\(Self.width - Self.right)" y1="\(y(value))" \
      y2="\(y(value))"/><text x="\(Self.left - 5)" y="\(y(value) + 4)" \
      text-anchor="end">\(fixed(value, digits: digits))</text>
      """
    }
    let middle = (Self.top + height - Self.bottom) / 2
    return """
      <svg viewBox="0 0 \(Self.width) \(height)" role="img" aria-label="\(alt)">\
      \(Markup.joined(xTicks))\(Markup.joined(yTicks))\(content)\
      <text class="title" x="\((Self.left + Self.width) / 2)" y="\(height - 6)" \
      text-anchor="middle">\(xTitle)</text>\
      <text class="title" transform="translate(11 \(middle)) rotate(-90)" \
      text-anchor="middle">\(yTitle)</text></svg>
      """
  }

  /// Round numbers within a range, about as many as asked for.
  static func ticks(_ range: ClosedRange<Double>, about count: Int) -> [Double] {
    let raw = (range.upperBound - range.lowerBound) / Double(count)
    guard raw > 0 else { return [range.lowerBound] }
    var unit = 1.0
    while unit > raw { unit /= 10 }
    while unit * 10 <= raw { unit *= 10 }
    let step = [1.0, 2, 5, 10].first { $0 * unit >= raw * 0.999 }.map { $0 * unit } ?? raw
    let first = Int((range.lowerBound / step - 1e-9).rounded(.up))
    let last = Int((range.upperBound / step + 1e-9).rounded(.down))
    return first > last ? [] : (first...last).map { Double($0) * step }
  }
}
