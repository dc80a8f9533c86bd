import FileSystem
import FoundationEssentials
import Synchronization
import SystemPackage

@testable import Manifest

/// Counts the changes that a ledger makes to the disk, and strikes at one of them.
final class Saboteur: Sendable {
  /// What happens at the change.
  enum Blow: Sendable, CaseIterable {
    /// The process is killed before it.
    case killedBefore
    /// The process is killed after it.
    case killedAfter
    /// The change is not made, and an error reported.
    case refused
    /// The change is made, and an error reported all the same.
    case doneButReported
    /// Half of what is appended gets into the file; any other change is refused.
    case shortWrite
  }

  private struct State {
    var count = 0
    var struck: DiskChange?
    var isDead = false
  }

  private let blow: Blow
  private let target: Int
  private let scratch: Scratch
  private let afterwards: @Sendable () -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - target: the change to strike at, counted from 1.
  ///   - afterwards: called after every change.
  init(
    _ blow: Blow, at target: Int, in scratch: Scratch,
    afterwards: @escaping @Sendable () -> Void = {}
  ) {
    self.blow = blow
    self.target = target
    self.scratch = scratch
    self.afterwards = afterwards
  }

  /// The change that was struck at; nil where there were not so many.
  var struck: DiskChange? { state.withLock { $0.struck } }

  /// Whether the process is dead: nothing reaches the disk any more.
  var isDead: Bool { state.withLock { $0.isDead } }

  var performer: ManifestFolder.Performer {
    { [self] (change, body) throws(FileSystemError) in try perform(change, body) }
  }

  private func perform(
    _ change: DiskChange, _ body: () throws(FileSystemError) -> Void
  ) throws(FileSystemError) {
    let isStruck = state.withLock { state in
      state.count += 1
      if state.count == target { state.struck = change }
      return state.count == target
    }
    if isDead { throw Self.death }
    guard isStruck else {
      try body()
      afterwards()
      return
    }
    switch blow {
    case .killedBefore:
      state.withLock { $0.isDead = true }
      throw Self.death
    case .killedAfter:
      try body()
      afterwards()
      state.withLock { $0.isDead = true }
      throw Self.death
    case .refused:
      throw FileSystemError(call: "test", path: "manifests", errno: .noSpace)
    case .doneButReported:
      try body()
      afterwards()
      throw FileSystemError(call: "test", path: "manifests", errno: .ioError)
    case .shortWrite:
      if case .append(let name) = change { try half(name, body) }
      throw FileSystemError(call: "test", path: "manifests", errno: .noSpace)
    }
  }

  private static let death = FileSystemError(call: "killed", path: "", errno: .canceled)

  private func half(
    _ name: FilePath, _ body: () throws(FileSystemError) -> Void
  ) throws(FileSystemError) {
    let file = try Directory(FilePath(scratch.path)).openOrCreate(name)
    let before = try file.status().size
    try body()
    let after = try file.status().size
    try file.truncate(to: (before + after) / 2)
  }
}
