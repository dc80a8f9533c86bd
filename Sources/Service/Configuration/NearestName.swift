/// The name among `names` that `word` most likely was meant to be, or nil where none is near.
public func nearestName(to word: String, among names: [String]) -> String? {
  let ranked = names.map { (name: $0, distance: editDistance(word, $0)) }
  guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
  return best.distance <= max(2, word.count / 3) ? best.name : nil
}

/// Levenshtein's distance: how many letters must be put in, taken out or exchanged.
private func editDistance(_ first: String, _ second: String) -> Int {
  let target = Array(second)
  var row = Array(0...target.count)
  for (index, letter) in first.enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for column in 0..<target.count {
      let substitution = diagonal + (letter == target[column] ? 0 : 1)
      diagonal = row[column + 1]
      row[column + 1] = min(substitution, row[column] + 1, row[column + 1] + 1)
    }
  }
  return row[target.count]
}
