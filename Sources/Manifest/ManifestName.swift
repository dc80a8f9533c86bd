import SystemPackage

/// The names of Hangtag's own files in `manifests/`.
enum ManifestName: Hashable {
  /// `00000042.jsonl`: an open journal, to be sealed under the same number.
  case journal(Int)
  /// `.00000042.json.ready`: a sealed manifest, complete and synced, that has not been published yet.
  /// No pattern that a consumer may use for manifests matches it.
  case ready(Int)
  /// `00000042.json`: a sealed manifest that everybody may see.
  case sealed(Int)
  /// `stream`: which stream this is, and how far it has been sealed.
  case stream
  /// `new-stream`: put there by an administrator, whatever it holds, so that the next start begins a
  /// new stream. For a state directory that was restored from a backup: entries of later sequences
  /// may have been read before.
  case newStream

  /// Whether it is a sealed manifest's that everybody may see.
  var isSealed: Bool {
    if case .sealed = self { true } else { false }
  }

  /// The file's name.
  var path: FilePath { FilePath(text) }

  /// The file's name as text.
  var text: String {
    switch self {
    case .journal(let number): Self.digits(number) + ".jsonl"
    case .ready(let number): "." + Self.digits(number) + ".json.ready"
    case .sealed(let number): Self.digits(number) + ".json"
    case .stream: "stream"
    case .newStream: "new-stream"
    }
  }

  /// Reads a name; nil where it is none of these.
  init?(_ text: String) {
    if text == "stream" {
      self = .stream
    } else if text == "new-stream" {
      self = .newStream
    } else if let number = Self.number(text.dropFirst(0), ".jsonl") {
      self = .journal(number)
    } else if let number = Self.number(text.dropFirst(0), ".json") {
      self = .sealed(number)
    } else if text.hasPrefix("."), let number = Self.number(text.dropFirst(), ".json.ready") {
      self = .ready(number)
    } else {
      return nil
    }
  }

  /// Whether a file called this is what a death has left of `Directory.writeWhole` on one of these.
  static func isHalfWritten(_ text: String) -> Bool {
    guard text.hasPrefix("."), text.hasSuffix(".new") else { return false }
    let name = text.dropFirst().dropLast(4)
    if ManifestName(String(name)) != nil { return true }
    guard let dot = name.lastIndex(of: "."), UInt32(name[name.index(after: dot)...]) != nil
    else { return false }
    return ManifestName(String(name[..<dot])) != nil
  }

  /// The number at the front of a name, also of a file that was set aside; nil where there is none.
  static func leadingNumber(_ text: String) -> Int? {
    let name = text.drop { $0 == "." }
    return name.firstIndex(of: ".").flatMap { number(name, String(name[$0...])) }
  }

  private static func number(_ name: Substring, _ ending: String) -> Int? {
    guard name.hasSuffix(ending) else { return nil }
    let digits = name.dropLast(ending.count)
    // More digits than that would not fit, and no daemon comes so far.
    guard (8...18).contains(digits.utf8.count), digits.allSatisfy({ "0" <= $0 && $0 <= "9" }),
      let number = Int(digits), Self.digits(number) == digits
    else { return nil }
    return number
  }

  private static func digits(_ number: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, 8 - text.utf8.count)) + text
  }
}
