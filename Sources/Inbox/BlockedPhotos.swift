import FileSystem
import SystemPackage

/// What cannot be read or taken: remembered, up to a bound, so that it is reported once however
/// often it is looked at again.
struct BlockedPhotos {
  private struct Record {
    var errno: Errno
    var scan: Int
  }

  let capacity: Int
  private var records: [FilePath: Record] = [:]

  init(capacity: Int) { self.capacity = capacity }

  var count: Int { records.count }

  func contains(_ path: FilePath) -> Bool { records[path] != nil }

  /// - Parameter scan: the number of the scan that is running.
  /// - Returns: whether this is news. Beyond the bound nothing is, lest the log be flooded.
  mutating func insert(_ path: FilePath, _ errno: Errno, scan: Int) -> Bool {
    let known = records[path]
    guard known != nil || records.count < capacity else { return false }
    records[path] = Record(errno: errno, scan: scan)
    return known?.errno != errno
  }

  mutating func remove(_ path: FilePath) { records[path] = nil }

  /// Notes that scan number `scan` has met the path.
  mutating func meet(_ path: FilePath, scan: Int) {
    if !records.isEmpty { records[path]?.scan = scan }
  }

  /// Forgets what scan number `scan`, now complete, has not met: it is gone.
  mutating func forget(unmetBy scan: Int) {
    if !records.isEmpty { records = records.filter { $0.value.scan >= scan } }
  }
}
