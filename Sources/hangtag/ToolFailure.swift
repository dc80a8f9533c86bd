import ArgumentParser
import FileSystem
import NeuralNetwork
import Service
import SystemPackage
import Training

/// Says why a command ends, on standard error, and with which exit code of sysexits.h.
struct ToolFailure: Error, CustomStringConvertible {
  let description: String
  let exitCode: Int32

  static func noInput(_ sentence: String) -> ToolFailure {
    ToolFailure(description: sentence, exitCode: Sysexits.noInput)
  }

  static func badData(_ sentence: String) -> ToolFailure {
    ToolFailure(description: sentence, exitCode: Sysexits.badData)
  }

  static func cannotWrite(_ sentence: String) -> ToolFailure {
    ToolFailure(description: sentence, exitCode: Sysexits.inputOutput)
  }

  /// Runs a command's body and turns what it throws into a sentence and an exit code.
  static func reporting(_ body: () throws -> Void) throws {
    do { try body() } catch {
      let (sentence, code): (String, Int32)
      switch error {
      case let failure as ToolFailure: (sentence, code) = (failure.description, failure.exitCode)
      case let error as DataError:
        (sentence, code) = (
          error.description, error.code == .unreadable ? Sysexits.noInput : Sysexits.badData
        )
      case let error as RecipeError: (sentence, code) = (error.description, Sysexits.configuration)
      case let error as TrainingError:
        (sentence, code) = (
          error.description, error.code == .file ? Sysexits.cannotCreate : Sysexits.badData
        )
      case let error as InstructionSetError:
        (sentence, code) = (error.description, Sysexits.configuration)
      default: throw error
      }
      Console.complain("Error: \(sentence.printable)")
      throw ExitCode(code)
    }
  }

  /// Reads a whole file that the user named.
  static func read(_ path: String) throws(ToolFailure) -> [UInt8] {
    do { return try File.contents(of: FilePath(path)) } catch {
      throw .noInput("\(path) cannot be read: \(error.errno).")
    }
  }

  /// Writes a whole file that the user named, in the place of an old one.
  static func write(_ bytes: [UInt8], to path: String) throws(ToolFailure) {
    let path = FilePath(path)
    guard let name = path.lastComponent else {
      throw .cannotWrite("\(path) is no name of a file.")
    }
    let parent = path.removingLastComponent()
    do {
      let folder = try Directory(parent.isEmpty ? "." : parent)
      try folder.writeWhole(FilePath(root: nil, components: name), bytes)
    } catch {
      throw .cannotWrite("\(path) cannot be written: \(error.errno).")
    }
  }

  /// Reads a model that the user named.
  static func model(_ path: String) throws(ToolFailure) -> SourceModel {
    do throws(ServingModelError) {
      let file = try ModelFile(reading: FilePath(path))
      return SourceModel(file.model, sha256: file.sha256)
    } catch {
      let sentence =
        switch error {
        case .missing: "There is no model at \(path)."
        case .unreadable(let cause): "\(path) cannot be read: \(cause.errno)."
        case .invalid(_, _, let reason): "\(path) is no model that can be used. \(reason)"
        case .changed, .unprovenPrecision: error.description
        }
      throw ToolFailure(description: sentence, exitCode: error.exitCode)
    }
  }
}
