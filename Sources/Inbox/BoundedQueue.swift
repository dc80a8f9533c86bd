import SystemPackage

/// Paths waiting in the order they came, each once, no more than fit.
struct BoundedQueue {
  /// A path in the inbox, and whether an event said that it is whole.
  struct Element: Equatable {
    var path: FilePath
    var isAnnounced: Bool
  }

  let capacity: Int
  private var paths: [FilePath] = []
  private var first = 0
  private var announced: [FilePath: Bool] = [:]

  init(capacity: Int) { self.capacity = capacity }

  var count: Int { announced.count }
  var isEmpty: Bool { announced.isEmpty }
  var room: Int { capacity - count }

  func contains(_ path: FilePath) -> Bool { announced[path] != nil }

  /// - Returns: false where there is no room for it.
  mutating func append(_ element: Element) -> Bool {
    if let known = announced[element.path] {
      announced[element.path] = known || element.isAnnounced
      return true
    }
    guard room > 0 else { return false }
    announced[element.path] = element.isAnnounced
    paths.append(element.path)
    return true
  }

  mutating func popFirst() -> Element? {
    guard first < paths.count else { return nil }
    let path = paths[first]
    first += 1
    // Moves the rest down once in `capacity` steps, so that the array stays small.
    if first == paths.count || first >= capacity {
      paths.removeFirst(first)
      first = 0
    }
    return announced.removeValue(forKey: path).map { Element(path: path, isAnnounced: $0) }
  }
}
