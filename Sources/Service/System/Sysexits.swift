import Inbox
import NeuralNetwork

/// The exit codes of sysexits.h that Hangtag's programs use.
public enum Sysexits {
  /// The command line is wrong.
  public static let usage: Int32 = 64
  /// A file's content is wrong.
  public static let badData: Int32 = 65
  /// A file is missing or cannot be read.
  public static let noInput: Int32 = 66
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
    default: inputOutput
    }
  }
}
