import Classification

extension PreparedInput {
  /// The gray value at a place.
  func pixel(column: Int, row: Int) -> Int { Int(pixels[row * Self.edge + column]) }

  /// The smallest rectangle with everything brighter than 16.
  var inked: (columns: ClosedRange<Int>, rows: ClosedRange<Int>)? {
    let places = pixels.indices.filter { pixels[$0] > 16 }
    let columns = places.map { $0 % Self.edge }
    let rows = places.map { $0 / Self.edge }
    guard let left = columns.min(), let right = columns.max(), let top = rows.min(),
      let bottom = rows.max()
    else { return nil }
    return (left...right, top...bottom)
  }

  /// The mean absolute difference of two inputs, in gray levels.
  func difference(from other: PreparedInput) -> Double {
    let sum = zip(pixels, other.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    return Double(sum) / Double(pixels.count)
  }
}
