/// Somebody who wears the subject of a photo: head, neck, arms and legs as flat shapes around the
/// place that is left for the garment, as the preprocessing shows them.
struct Wearer {
  /// Where the garment goes.
  let garmentRows: ClosedRange<Float>
  /// How wide it becomes, compared to before.
  let garmentZoom: Float
  private let subject: Subject
  private let centre: Float
  private let skin: Float
  private let hair: Float
  private let other: Float
  private let isHeadless: Bool
  private let size: Float

  /// nil for what nobody wears so that it shows.
  init?(of subject: Subject, _ generator: inout Philox) {
    func random(_ range: ClosedRange<Float>) -> Float {
      range.lowerBound + (range.upperBound - range.lowerBound) * generator.uniform()
    }
    let isHeadless = random(0...1) < 0.15
    switch subject {
    case .top: garmentRows = random(isHeadless ? 0...2 : 5...9)...random(17...27)
    case .dress: garmentRows = random(isHeadless ? 0...2 : 4...8)...random(17...27)
    case .trousers: garmentRows = random(0...9)...random(21...27)
    case .other: return nil
    }
    self.subject = subject
    self.isHeadless = isHeadless
    let garmentHeight = (garmentRows.upperBound - garmentRows.lowerBound) / Float(Canvas.edge)
    garmentZoom = min(garmentHeight * random(0.85...1.5), 1)
    centre = 13.5 + random(-1.5...1.5)
    skin = random(0.1...0.65)
    hair = random(0.05...1)
    other = random(0.08...1)
    size = min(max(garmentZoom / 0.62, 0.7), 1.4) * random(0.9...1.1)
  }

  /// Draws all that the garment will lie upon.
  func draw(on canvas: inout Canvas) {
    let (top, bottom) = (garmentRows.lowerBound, garmentRows.upperBound)
    switch subject {
    case .top(let hasShortSleeves):
      drawHead(on: &canvas)
      if hasShortSleeves { drawArms(from: top + 4, on: &canvas) }
      drawTrousers(from: bottom - 1, on: &canvas)
    case .dress:
      drawHead(on: &canvas)
      drawArms(from: top + 2, on: &canvas)
      drawLegs(from: bottom - 1, level: skin, on: &canvas)
    case .trousers:
      if top > 1 {
        canvas.drawLimb(
          rows: 0...(top + 1), centre: [centre, centre], width: [9 * size, 8 * size], level: other)
      }
      drawLegs(from: bottom - 1, level: hair, on: &canvas)
    case .other: break
    }
  }

  private func drawHead(on canvas: inout Canvas) {
    guard !isHeadless else { return }
    let neck = garmentRows.lowerBound
    let height = min(neck, 6.5 * size)
    let middle = neck - height * 0.45
    let radii = SIMD2(height * 0.34, height * 0.48)
    canvas.drawEllipse(
      centre: [centre, middle - 0.4], radii: radii * 1.15, rows: -1...(middle + 0.5), level: hair)
    canvas.drawEllipse(
      centre: [centre, middle + 0.5], radii: [radii.x * 0.85, radii.y * 0.85], level: skin)
    canvas.drawLimb(
      rows: (neck - 1)...(neck + 1.5), centre: [centre, centre], width: [2, 3], level: skin)
  }

  private func drawArms(from shoulder: Float, on canvas: inout Canvas) {
    let hand = min(garmentRows.upperBound + 1, shoulder + 12)
    for side: Float in [-1, 1] {
      let reach = side * 4.6 * size
      canvas.drawLimb(
        rows: shoulder...hand, centre: [centre + reach, centre + reach * 1.1],
        width: [1.7, 1.3], level: skin)
    }
  }

  private func drawTrousers(from hips: Float, on canvas: inout Canvas) {
    guard hips < 27 else { return }
    canvas.drawLimb(
      rows: hips...28, centre: [centre, centre], width: [8 * size, 7 * size], level: other)
    if hips < 23 {
      canvas.drawLimb(
        rows: (hips + 4)...28, centre: [centre, centre], width: [0.6, 1.4], level: 0)
    }
  }

  private func drawLegs(from hem: Float, level: Float, on canvas: inout Canvas) {
    for side: Float in [-1, 1] {
      canvas.drawLimb(
        rows: hem...28, centre: [centre + side * 1.9 * size, centre + side * 1.6 * size],
        width: [2 * size, 1.5 * size], level: level)
    }
  }
}
