import FileSystem
import NeuralNetwork
import Service
import Inbox

extension ToolFailure {
  /// Like `reporting`, for commands that look at what the daemon looks at. Their errors are whole
  /// sentences already and have the daemon's exit codes.
  static func reportingService(_ body: () throws -> Void) throws {
    try reporting {
      do { try body() } catch {
        switch error {
        case is ConfigurationError, is ServingModelError, is StateDirectoryError,
          is FileSystemError, is InstructionSetError, is ModelSlotError:
          throw ToolFailure(description: "\(error)", exitCode: Sysexits.code(for: error))
        default: throw error
        }
      }
    }
  }
}
