import SystemPackage
import Threading

/// Photos to look at again later, up to a bound. Of those beyond it only the earliest moment is
/// kept, when a scan will find them again.
struct DeferredPhotos {
  private struct Appointment: Comparable {
    var moment: MonotonicTime
    var path: FilePath

    static func < (left: Appointment, right: Appointment) -> Bool { left.moment < right.moment }
  }

  let capacity: Int
  private var moments: [FilePath: MonotonicTime] = [:]
  /// A binary heap, the earliest first. May hold appointments that were moved or cancelled since.
  private var heap: [Appointment] = []
  /// When to scan for those that found no room.
  private(set) var scanDue: MonotonicTime?

  init(capacity: Int) { self.capacity = capacity }

  var count: Int { moments.count }
  var isEmpty: Bool { moments.isEmpty && scanDue == nil }

  /// When the first one is due, or the scan for those without room.
  var nextDue: MonotonicTime? {
    guard let first = heap.first?.moment else { return scanDue }
    return scanDue.map { min($0, first) } ?? first
  }

  func contains(_ path: FilePath) -> Bool { moments[path] != nil }

  mutating func insert(_ path: FilePath, until moment: MonotonicTime) {
    guard moments[path] != nil || moments.count < capacity else {
      scanDue = scanDue.map { min($0, moment) } ?? moment
      return
    }
    moments[path] = moment
    push(Appointment(moment: moment, path: path))
    if heap.count > 2 * moments.count + 64 {
      // Mostly cancelled ones: build it anew. A sorted array is a heap.
      heap = moments.map { Appointment(moment: $1, path: $0) }.sorted()
    }
  }

  mutating func remove(_ path: FilePath) { moments[path] = nil }

  /// Takes one whose moment has come.
  mutating func popDue(at now: MonotonicTime) -> FilePath? {
    while let first = heap.first, first.moment <= now {
      pop()
      if moments[first.path] == first.moment {
        moments[first.path] = nil
        return first.path
      }
    }
    return nil
  }

  /// Whether the scan for those without room is due; it is then no longer asked for.
  mutating func takeScanDue(at now: MonotonicTime) -> Bool {
    guard let due = scanDue, due <= now else { return false }
    scanDue = nil
    return true
  }

  private mutating func push(_ appointment: Appointment) {
    heap.append(appointment)
    var child = heap.count - 1
    while child > 0, heap[child] < heap[(child - 1) / 2] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func pop() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while 2 * parent + 1 < heap.count {
      var least = 2 * parent + 1
      if least + 1 < heap.count, heap[least + 1] < heap[least] { least += 1 }
      if heap[parent] <= heap[least] { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
