/// Writes Prometheus' text format, version 0.0.4. By hand: what there is to count is known here, and
/// swift-metrics with a Prometheus backend would add a registry, two packages and their build time
/// to write the same lines.
struct Exposition {
  /// A metric's kind.
  enum Kind: String {
    case counter, gauge, histogram
  }

  typealias Labels = [(name: String, value: String)]

  private(set) var text = ""
  /// On every sample, so that the files of several daemons can be read together.
  private let common: Labels

  init(common: Labels) { self.common = common }

  /// Writes a metric with one sample for each set of labels.
  mutating func metric(
    _ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: Labels, value: Double)]
  ) {
    header(name, kind, help)
    for (labels, value) in samples { sample(name, labels, value) }
  }

  /// Writes a metric with a single sample.
  mutating func metric(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
    metric(name, kind, help, [(labels: [], value: value)])
  }

  /// Writes a histogram for each set of labels, with cumulative buckets.
  mutating func histograms(
    _ name: String, _ help: String, _ samples: [(labels: Labels, value: Histogram)]
  ) {
    header(name, .histogram, help)
    for (labels, histogram) in samples {
      var total = 0
      for (bound, count) in zip(histogram.bounds + [.infinity], histogram.counts) {
        total += count
        sample(
          name + "_bucket", labels + [(name: "le", value: Self.number(bound))], Double(total))
      }
      sample(name + "_sum", labels, histogram.sum)
      sample(name + "_count", labels, Double(total))
    }
  }

  private mutating func header(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  private mutating func sample(_ name: String, _ labels: Labels, _ value: Double) {
    let pairs = (labels + common).map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
    let braces = pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
    text += "\(name)\(braces) \(Self.number(value))\n"
  }

  private static func number(_ value: Double) -> String {
    if value == .infinity { return "+Inf" }
    return Int64(exactly: value).map(String.init) ?? "\(value)"
  }

  /// A label's value between quotes.
  private static func escaped(_ text: String) -> String {
    // Nearly none has anything to escape.
    guard text.utf8.contains(where: { #"\""#.utf8.contains($0) || $0 == 10 }) else { return text }
    return text.unicodeScalars.map { scalar in
      switch scalar {
      case "\\": "\\\\"
      case "\"": "\\\""
      case "\n": "\\n"
      default: String(scalar)
      }
    }.joined()
  }
}
