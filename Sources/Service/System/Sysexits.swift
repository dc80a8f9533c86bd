import FileSystem
import Inbox
import Manifest
import NeuralNetwork

/// The exit codes of sysexits.h that Hangtag's programs use.
public enum Sysexits {
  /// The command line is wrong.
  public static let usage: Int32 = 64
  /// A file's content is wrong.
  public static let badData: Int32 = 65
  /// A file is missing or cannot be read.
  public static let noInput: Int32 = 66
  /// A file or folder cannot be made.
  public static let cannotCreate: Int32 = 73
  /// The disk failed.
  public static let inputOutput: Int32 = 74
  /// It may work later.
  public static let tryAgain: Int32 = 75
  /// The configuration is wrong.
  public static let configuration: Int32 = 78

  /// The code for an error that ends a program.
  public static func code(for error: any Error) -> Int32 {
    switch error {
    case is ConfigurationError, is InstructionSetError: configuration
    case let error as ServingModelError: error.exitCode
    case let error as StateDirectoryError: error.exitCode
    case let error as ModelSlotError: error.exitCode
    default: inputOutput
    }
  }

  /// Whether an error means that there is no room on a disk.
  public static func isOutOfSpace(_ error: any Error) -> Bool {
    fileSystemCause(of: error)?.isOutOfSpace ?? false
  }

  /// What to say of an error that keeps the service from starting: what is wrong and what to do.
  public static func sentence(for error: any Error) -> String {
    if let cause = fileSystemCause(of: error), cause.isOutOfSpace {
      return
        "There is no room on the disk of \(cause.path): make room, then it can start."
    }
    guard let error = error as? LedgerError else { return "\(error)" }
    let text = error.description
    return text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  private static func fileSystemCause(of error: any Error) -> FileSystemError? {
    switch error {
    case let error as FileSystemError: error
    case let error as LedgerError: error.cause
    case StateDirectoryError.failed(let cause): cause
    default: nil
    }
  }
}
