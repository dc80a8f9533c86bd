import CYAML

/// A YAML document that is one mapping of plain scalars, which is all that a configuration file may
/// be. Parsed by libyaml, the parser inside Yams; used directly because Yams brings the whole of
/// Foundation into the program (45 MB on disk), and because unknown keys must be seen.
public struct YAMLMapping: Sendable {
  /// A key with its value as written, and the line it stands on.
  public struct Pair: Sendable, Equatable {
    /// The key.
    public let key: String
    /// The value, without quotes.
    public let value: String
    /// Counted from 1.
    public let line: Int
  }

  /// Where and why a document cannot be used.
  public struct Problem: Error, Sendable, Equatable {
    /// Counted from 1; 0 where no line can be named.
    public let line: Int
    /// The reason, without a full stop.
    public let message: String
  }

  /// The pairs in the order of the document.
  public let pairs: [Pair]

  /// Parses a document. An empty one has no pairs.
  public init(parsing text: [UInt8]) throws(Problem) {
    var parser = unsafe yaml_parser_t()
    guard unsafe yaml_parser_initialize(&parser) == 1 else {
      throw Problem(line: 0, message: "not enough memory to read it")
    }
    defer { unsafe yaml_parser_delete(&parser) }
    var pairs: [Pair] = []
    var problem: Problem?
    unsafe text.withUnsafeBufferPointer { bytes in
      unsafe yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
      do throws(Problem) {
        pairs = try unsafe Self.singleMapping(&parser)
      } catch {
        problem = error
      }
    }
    if let problem { throw problem }
    self.pairs = pairs
  }

  private static func singleMapping(
    _ parser: UnsafeMutablePointer<yaml_parser_t>
  ) throws(Problem) -> [Pair] {
    var document = unsafe try nextDocument(parser)
    defer { unsafe yaml_document_delete(&document) }
    guard let root = unsafe yaml_document_get_root_node(&document) else { return [] }
    let pairs = unsafe try mappingPairs(&document, root)
    var second = unsafe try nextDocument(parser)
    defer { unsafe yaml_document_delete(&second) }
    if let extra = unsafe yaml_document_get_root_node(&second) {
      throw Problem(
        line: unsafe line(extra), message: "a second document begins; only one is allowed")
    }
    return pairs
  }

  private static func nextDocument(
    _ parser: UnsafeMutablePointer<yaml_parser_t>
  ) throws(Problem) -> yaml_document_t {
    var document = unsafe yaml_document_t()
    guard unsafe yaml_parser_load(parser, &document) == 1 else {
      let reason = unsafe parser.pointee.problem.map { unsafe String(cString: $0) }
      throw Problem(
        line: unsafe parser.pointee.problem_mark.line + 1,
        message: "not valid YAML: \(reason ?? "the text cannot be read")")
    }
    return unsafe document
  }

  private static func mappingPairs(
    _ document: UnsafeMutablePointer<yaml_document_t>, _ root: UnsafeMutablePointer<yaml_node_t>
  ) throws(Problem) -> [Pair] {
    // `---` with nothing behind it is an empty value.
    if unsafe scalar(root) == "" { return [] }
    guard unsafe root.pointee.type == YAML_MAPPING_NODE else {
      throw Problem(line: unsafe line(root), message: "expected lines of the form `key: value`")
    }
    let stored = unsafe root.pointee.data.mapping.pairs
    var pairs: [Pair] = []
    var lines: [String: Int] = [:]
    var next = unsafe stored.start
    while let pair = unsafe next, unsafe pair != stored.top {
      guard let key = unsafe yaml_document_get_node(document, pair.pointee.key),
        let value = unsafe yaml_document_get_node(document, pair.pointee.value),
        let name = unsafe scalar(key)
      else {
        throw Problem(line: unsafe line(root), message: "a key must be a plain word")
      }
      let lineNumber = unsafe line(key)
      guard let text = unsafe scalar(value) else {
        throw Problem(line: lineNumber, message: "`\(name)` must have one plain value")
      }
      if let earlier = lines.updateValue(lineNumber, forKey: name) {
        throw Problem(
          line: lineNumber, message: "`\(name)` stands here and on line \(earlier); keep one")
      }
      pairs.append(Pair(key: name, value: text, line: lineNumber))
      unsafe next = pair.advanced(by: 1)
    }
    return pairs
  }

  private static func scalar(_ node: UnsafeMutablePointer<yaml_node_t>) -> String? {
    guard unsafe node.pointee.type == YAML_SCALAR_NODE else { return nil }
    let scalar = unsafe node.pointee.data.scalar
    return unsafe String(
      decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
  }

  private static func line(_ node: UnsafeMutablePointer<yaml_node_t>) -> Int {
    unsafe node.pointee.start_mark.line + 1
  }
}
