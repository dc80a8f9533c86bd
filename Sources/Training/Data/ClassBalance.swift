/// How many images each category has.
public struct ClassBalance: Sendable, Equatable {
  /// The categories.
  public let labelNames: [String]
  /// Images of each category.
  public let counts: [Int]

  /// The largest category's count over the smallest's; infinite where a category has none.
  public var imbalance: Double {
    guard let most = counts.max(), let least = counts.min(), most > 0 else { return 1 }
    return Double(most) / Double(least)
  }

  /// Weights that make every category count the same in the loss, as scikit-learn's `balanced`:
  /// n / (categories * n of the category). A category without images has 0.
  public var balancedWeights: [Double] {
    let present = Double(counts.count { $0 > 0 })
    let total = Double(counts.reduce(0, +))
    return counts.map { $0 == 0 ? 0 : total / (present * Double($0)) }
  }

  /// One line a category, and a warning where they differ much.
  public var lines: [String] {
    let width = labelNames.map(\.count).max() ?? 0
    var lines = zip(labelNames, counts).map { name, count in
      name + String(repeating: " ", count: width - name.count + 2) + String(count)
    }
    let missing = zip(labelNames, counts).filter { $0.1 == 0 }.map(\.0)
    if !missing.isEmpty {
      lines.append("No images of: \(missing.joined(separator: ", ")).")
    } else if imbalance >= 1.5 {
      lines.append(
        "The largest category has \(fixed(imbalance, digits: 1)) times the images of the "
          + "smallest: look at the balanced accuracy, and consider class_weights: balanced.")
    }
    return lines
  }
}
