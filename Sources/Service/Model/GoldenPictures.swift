import Classification

/// Pictures in the form that photos are brought to, drawn by program, the same everywhere: articles
/// in outline, so that a trained network has something to say, and noise, so that every weight counts.
enum GoldenPictures {
  private static let drawings: [@Sendable (_ row: Int, _ column: Int) -> UInt8] = [
    // A bag: a body, and a handle above it.
    { row, column in
      let isBody = (12..<25).contains(row) && (4..<24).contains(column)
      let fromHandle = (row - 12) * (row - 12) + (column - 14) * (column - 14)
      return isBody ? 160 : row < 12 && (36..<64).contains(fromHandle) ? 230 : 0
    },
    // A shoe: it rises to the right, on a dark sole.
    { row, column in row > 20 && row < 23 ? 255 : row <= 20 && row > 22 - column / 2 ? 120 : 0 },
    // Noise: the high bits of a multiplicative hash.
    { row, column in
      UInt8(
        truncatingIfNeeded: UInt32(row * PreparedInput.edge + column + 1) &* 2_654_435_761 >> 24)
    },
  ]

  static var count: Int { drawings.count }

  /// All pictures one after the other, row by row.
  static var pixels: [UInt8] {
    drawings.flatMap { draw in
      (0..<PreparedInput.pixelCount).map { draw($0 / PreparedInput.edge, $0 % PreparedInput.edge) }
    }
  }
}
