import Classification

/// What an image shows, as far as it matters for who wears it.
enum Subject: Sendable, Equatable {
  /// A head above it, trousers or a skirt below; with bare arms where its sleeves are short.
  case top(hasShortSleeves: Bool)
  /// A head above it, legs below.
  case dress
  /// A top above them, shoes below.
  case trousers
  /// What is photographed by itself.
  case other

  /// The subject of a category that bears a name of Fashion-MNIST's.
  init(label: String) {
    switch Category.slug(of: label) {
    case "t-shirt-top": self = .top(hasShortSleeves: true)
    case "pullover", "coat", "shirt": self = .top(hasShortSleeves: false)
    case "dress": self = .dress
    case "trouser": self = .trousers
    default: self = .other
    }
  }
}
