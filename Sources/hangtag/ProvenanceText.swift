import FoundationEssentials

/// A model's `hangtag.training` for people. Its JSON is free in form, so it is shown as it is: a
/// line a value, and long lists by their length.
struct ProvenanceText {
  private static let longestList = 8

  /// The lines; the text itself where it is no JSON.
  let text: String

  init(json: String) {
    if let tree = try? JSONDecoder().decode(Tree.self, from: Data(json.utf8)) {
      text = tree.lines(indent: 2)
    } else {
      text = "  \(json.printable)\n"
    }
  }

  /// Any JSON value.
  private indirect enum Tree: Decodable {
    case leaf(String)
    case list([Tree])
    case object([String: Tree])

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if value.decodeNil() {
        self = .leaf("none")
      } else if let flag = try? value.decode(Bool.self) {
        self = .leaf(flag ? "yes" : "no")
      } else if let number = try? value.decode(Int.self) {
        self = .leaf("\(number)")
      } else if let number = try? value.decode(Double.self) {
        self = .leaf("\(number)")
      } else if let text = try? value.decode(String.self) {
        self = .leaf(text.printable)
      } else if let list = try? value.decode([Tree].self) {
        self = .list(list)
      } else {
        self = .object(try value.decode([String: Tree].self))
      }
    }

    private var leaf: String? {
      switch self {
      case .leaf(let text): text
      case .list(let values) where values.count <= longestList && values.allSatisfy(\.isLeaf):
        values.compactMap(\.leaf).joined(separator: ", ")
      case .list(let values) where values.count > longestList: "\(values.count) values"
      case .list, .object: nil
      }
    }

    private var isLeaf: Bool { if case .leaf = self { true } else { false } }

    func lines(indent: Int) -> String {
      let margin = String(repeating: " ", count: indent)
      switch self {
      case .leaf(let text): return "\(margin)\(text)\n"
      case .list(let values): return values.map { $0.lines(indent: indent) }.joined()
      case .object(let members):
        let width = members.keys.map(\.count).max() ?? 0
        return members.sorted { $0.key < $1.key }.map { key, value in
          if let text = value.leaf {
            return margin + key.printable.padded(to: width) + "  \(text)\n"
          }
          return margin + key.printable + "\n" + value.lines(indent: indent + 2)
        }.joined()
      }
    }
  }
}
