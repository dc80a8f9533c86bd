public import FileSystem
public import SystemPackage

/// Something the person who runs the daemon should read once in the log.
public enum InboxNotice: Sendable, Equatable, CustomStringConvertible {
  /// The way in which changes come to notice is another one now.
  case watching(InboxStatistics.Watching)
  /// Events were lost; a rescan makes up for it.
  case overflow
  /// A folder in the inbox cannot be entered.
  case blocked(FileSystemError)
  /// A folder lies too deep, or the path of a folder or photo is too long; it is left alone.
  case tooDeep(FilePath)
  /// Somebody removed the inbox; it was created again.
  case inboxRecreated
  /// Somebody put another directory in the inbox's place, or mounted something over it.
  case inboxReplaced

  /// A whole sentence.
  public var description: String {
    switch self {
    case .watching(.starting): "The inbox is about to be watched."
    case .watching(.events): "The inbox is watched by events."
    case .watching(.polling(let reason)):
      "The inbox is looked through every few seconds, because \(reason)."
    case .watching(.unavailable(let reason)):
      "The inbox cannot be used and is tried again every few seconds: \(reason)."
    case .overflow: "Events of the inbox were lost; it is looked through again."
    case .blocked: "A folder in the inbox cannot be entered and is left alone."
    case .tooDeep: "Something lies too deep in the inbox and is left alone: move it further up."
    case .inboxRecreated: "The inbox had been removed and was created again."
    case .inboxReplaced: "Another directory stands in the inbox's place and is used from now on."
    }
  }
}
