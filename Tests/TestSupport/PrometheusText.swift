/// Prometheus' text format, version 0.0.4, read by its rules and no others: any line that breaks one
/// is an error. Independent of the code that writes it.
public struct PrometheusText {
  /// A rule is broken, in this line.
  public struct Fault: Error, CustomStringConvertible {
    /// The rule.
    public let rule: String
    /// The line, or the metric's name.
    public let line: String
    /// Both.
    public var description: String { "\(rule): \(line)" }
  }

  /// Values by the sample's name and its labels, sorted: `name{a="x",b="y"}`.
  public private(set) var samples: [String: Double] = [:]
  /// Kinds by the metric's name.
  public private(set) var kinds: [String: String] = [:]
  private var order: [(name: String, labels: [(String, String)], value: Double)] = []

  /// Reads a whole file.
  public init(_ text: String) throws {
    guard text.hasSuffix("\n") else { throw Fault(rule: "the last line ends", line: text) }
    var current = ""
    for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("# ") {
        current = try readComment(String(line), current)
      } else {
        try readSample(String(line), of: current)
      }
    }
    try checkHistograms()
  }

  /// The value of the sample with these labels.
  public func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    order.first { sample in
      sample.name == name && labels.allSatisfy { want in sample.labels.contains { $0 == want } }
    }?.value
  }

  private mutating func readComment(_ line: String, _ current: String) throws -> String {
    let parts = line.split(separator: " ", maxSplits: 3).map(String.init)
    guard parts.count == 4 else {
      throw Fault(rule: "HELP and TYPE have a name and a text", line: line)
    }
    guard Self.isName(parts[2], allowing: ":") else { throw Fault(rule: "metric name", line: line) }
    switch parts[1] {
    case "HELP":
      guard kinds[parts[2]] == nil else { throw Fault(rule: "a metric stands once", line: line) }
      return parts[2]
    case "TYPE":
      guard parts[2] == current, kinds[current] == nil else {
        throw Fault(rule: "TYPE follows HELP of its metric", line: line)
      }
      guard ["counter", "gauge", "histogram"].contains(parts[3]) else {
        throw Fault(rule: "known type", line: line)
      }
      kinds[current] = parts[3]
      return current
    default: throw Fault(rule: "HELP or TYPE", line: line)
    }
  }

  private mutating func readSample(_ line: String, of metric: String) throws {
    var rest = Substring(line)
    let name = String(rest.prefix { $0 != "{" && $0 != " " })
    rest = rest.dropFirst(name.count)
    let suffixes = kinds[metric] == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
    guard suffixes.contains(where: { name == metric + $0 }) else {
      throw Fault(rule: "a sample belongs to the metric above it", line: line)
    }
    guard kinds[metric] != "counter" || name.hasSuffix("_total") else {
      throw Fault(rule: "a counter ends in _total", line: line)
    }
    let labels = try readLabels(&rest, line)
    guard rest.first == " ", let value = Self.number(rest.dropFirst()) else {
      throw Fault(rule: "a space and a number", line: line)
    }
    let shown = labels.sorted { $0.0 < $1.0 }.map { "\($0.0)=\"\($0.1)\"" }
    let key = name + "{" + shown.joined(separator: ",") + "}"
    guard samples.updateValue(value, forKey: key) == nil else {
      throw Fault(rule: "a sample stands once", line: line)
    }
    order.append((name, labels, value))
  }

  private func readLabels(_ rest: inout Substring, _ line: String) throws -> [(String, String)] {
    guard rest.first == "{" else { return [] }
    rest = rest.dropFirst()
    var labels: [(String, String)] = []
    while rest.first != "}" {
      let name = String(rest.prefix { $0 != "=" })
      guard Self.isName(name, allowing: ""), !labels.contains(where: { $0.0 == name }) else {
        throw Fault(rule: "label name", line: line)
      }
      rest = rest.dropFirst(name.count)
      guard rest.hasPrefix("=\"") else { throw Fault(rule: "label value in quotes", line: line) }
      rest = rest.dropFirst(2)
      labels.append((name, try readValue(&rest, line)))
      if rest.first == "," {
        rest = rest.dropFirst()
      } else if rest.first != "}" {
        throw Fault(rule: "a comma between labels", line: line)
      }
    }
    rest = rest.dropFirst()
    return labels
  }

  private func readValue(_ rest: inout Substring, _ line: String) throws -> String {
    var value = ""
    while let character = rest.popFirst() {
      switch character {
      case "\"": return value
      case "\\":
        guard let next = rest.popFirst(), let meant = ["\\": "\\", "\"": "\"", "n": "\n"][next]
        else {
          throw Fault(rule: "only \\\\, \\\" and \\n are escaped", line: line)
        }
        value += meant
      default: value.append(character)
      }
    }
    throw Fault(rule: "the value's quote is closed", line: line)
  }

  /// Buckets rise with their bounds, end with +Inf, and the last is the count.
  private func checkHistograms() throws {
    for (metric, kind) in kinds where kind == "histogram" {
      var buckets: [String: [(bound: Double, count: Double)]] = [:]
      for sample in order where sample.name == metric + "_bucket" {
        guard let text = sample.labels.first(where: { $0.0 == "le" })?.1,
          let bound = Self.number(Substring(text))
        else { throw Fault(rule: "a bucket has a bound", line: metric) }
        let others = sample.labels.filter { $0.0 != "le" }.map { "\($0.0)=\($0.1)" }
        buckets[others.sorted().joined(separator: ","), default: []].append((bound, sample.value))
      }
      for (labels, series) in buckets {
        let count = order.first { sample in
          sample.name == metric + "_count"
            && sample.labels.map { "\($0.0)=\($0.1)" }.sorted().joined(separator: ",") == labels
        }
        guard series.last?.bound == .infinity, series.last?.count == count?.value,
          zip(series, series.dropFirst()).allSatisfy({ $0.bound < $1.bound && $0.count <= $1.count }
          )
        else { throw Fault(rule: "cumulative buckets up to +Inf and the count", line: metric) }
      }
    }
  }

  private static func isName(_ text: String, allowing others: String) -> Bool {
    guard let first = text.first, !first.isNumber else { return false }
    return text.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || others.contains($0))
    }
  }

  private static func number(_ text: Substring) -> Double? {
    switch text {
    case "+Inf": .infinity
    case "-Inf": -.infinity
    case "NaN": .nan
    default: text.first?.isLetter == true ? nil : Double(text)
    }
  }
}
