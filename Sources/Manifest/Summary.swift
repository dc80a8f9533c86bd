import JSON

/// What a manifest holds, in figures.
public struct Summary: Sendable, Equatable {
  /// All entries.
  public private(set) var photos = 0
  /// Entries that say `accepted`.
  public private(set) var accepted = 0
  /// Entries that say `review`.
  public private(set) var review = 0
  /// Entries that say `rejected`.
  public private(set) var rejected = 0
  private var categories: [Entry.Category: Int] = [:]

  /// Accepted and reviewed entries by the category's label.
  public var byCategory: [String: Int] {
    categories.reduce(into: [:]) { $0[$1.key.label, default: 0] += $1.value }
  }

  init(_ entries: some Sequence<Entry> = []) {
    for entry in entries { add(entry) }
  }

  mutating func add(_ entry: Entry) {
    photos += 1
    switch entry.outcome {
    case .accepted: accepted += 1
    case .review: review += 1
    case .rejected: rejected += 1
    }
    if let category = entry.category { categories[category, default: 0] += 1 }
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("photos", photos)
      writer.member("accepted", accepted)
      writer.member("review", review)
      writer.member("rejected", rejected)
      writer.key("by_category")
      writer.object { writer in
        for (label, count) in inModelOrder { writer.member(label, count) }
      }
    }
  }

  /// In the order of the model's labels. Two models may give one label different places.
  private var inModelOrder: [(label: String, count: Int)] {
    var counts = byCategory
    return categories.keys.sorted { ($0.index, $0.label) < ($1.index, $1.label) }
      .compactMap { category in
        counts.removeValue(forKey: category.label).map { (category.label, $0) }
      }
  }
}
