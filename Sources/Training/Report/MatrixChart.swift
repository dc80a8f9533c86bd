/// A confusion matrix as a picture: a row a true category, a column a predicted one.
struct MatrixChart {
  let matrix: ConfusionMatrix
  let labels: [String]

  private static let width = 410.0
  private static let margin = 84.0

  var picture: Markup {
    let cell = (Self.width - Self.margin - 4) / Double(max(labels.count, 1))
    let size = min(11.5, max(6, cell * 0.36))
    let rows = labels.indices.map { row in
      Markup.joined(labels.indices.map { self.cell(row, $0, edge: cell, size: size) })
    }
    let names = labels.indices.map { index -> Markup in
      let place = Self.margin + (Double(index) + 0.5) * cell
      return """
        <text x="\(Self.margin - 6)" y="\(place + 4)" text-anchor="end">\(labels[index])</text>\
        <text transform="translate(\(place + 4) \(Self.margin - 6)) rotate(-60)">\
        \(labels[index])</text>
        """
    }
    return """
      <svg viewBox="0 0 \(Self.width + 24) \(Self.width)" role="img" \
      aria-label="Confusion matrix">\(Markup.joined(rows))\(Markup.joined(names))\
      <text class="title" x="4" y="\(Self.margin - 18)">true ↓</text>\
      <text class="title" x="4" y="\(Self.margin - 34)">predicted →</text></svg>
      """
  }

  private func cell(_ row: Int, _ column: Int, edge: Double, size: Double) -> Markup {
    let count = matrix.counts[row][column]
    let share = Double(count) / Double(max(matrix.support[row], 1))
    // The square root lets rare mistakes be seen beside the diagonal.
    let strength = share.squareRoot()
    let x = Self.margin + Double(column) * edge
    let y = Self.margin + Double(row) * edge
    let rectangle: Markup = """
      <rect class="\(row == column ? "hit" : "miss")" x="\(x)" y="\(y)" width="\(edge - 1.5)" \
      height="\(edge - 1.5)" rx="2" style="fill-opacity:\(Markup(stringLiteral: fixed(strength, digits: 3)))">
      """
    let note: Markup =
      "<title>\(labels[row]) taken for \(labels[column]): \(count)</title></rect>"
    guard count > 0, edge > 14 else { return rectangle + note }
    return rectangle + note + """
      <text class="\(strength > 0.55 ? "over" : "count")" x="\(x + edge / 2 - 0.7)" \
      y="\(y + edge / 2 + size * 0.33)" style="font-size:\(size)px" text-anchor="middle">\(count)</text>
      """
  }
}
