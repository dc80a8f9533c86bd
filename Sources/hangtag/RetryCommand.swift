import ArgumentParser
import FileSystem
import Inbox
import Service
import SystemPackage

/// `hangtag retry`.
struct RetryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Puts rejected photos back in the inbox.",
    discussion: """
      For photos that were rejected for a reason that is gone: a limit that was raised, a disk that \
      was mended, a daemon that reads more. The new entry names the old one in `supersedes`.

      Examples:
        hangtag retry rejected/spring/IMG_1.jpg
        hangtag retry --all

      Exit codes: 0 all are back, 66 there is no such photo, 74 one could not be moved.
      """)

  @Argument(help: ArgumentHelp("Photos below rejected/.", valueName: "file"))
  var files: [String] = []

  @Flag(help: "All that Hangtag rejected.")
  var all = false

  @OptionGroup var stateOptions: StateOptions
  @OptionGroup var settings: SettingsOptions

  func validate() throws {
    if all != files.isEmpty {
      throw ValidationError("Name the photos to retry, or say --all.")
    }
  }

  func run() throws { try ToolFailure.reportingService { try retry() } }

  private func retry() throws {
    let state = try stateOptions.open(settings)
    var exitCode: Int32 = 0
    for photo in try photos(in: state) {
      let name = "rejected/\(photo.path)".printable
      do throws(FileSystemError) {
        let claim = photo.entry.flatMap { ClaimIdentity($0.claim) }
        let path = try state.retry(photo.path, superseding: claim)
        Console.line("\(name) is back as inbox/\("\(path)".printable).")
      } catch {
        let isMissing = error.isNotFound
        Console.complain(
          isMissing
            ? "Error: There is no photo \(name) in \(state.path)."
            : "Error: \(name) cannot be put back: \(error.errno).")
        exitCode = max(exitCode, isMissing ? Sysexits.noInput : Sysexits.inputOutput)
      }
    }
    if state.servingProcess() == nil {
      Console.line("No daemon is running here; it takes them when it is started.")
    }
    if exitCode != 0 { throw ExitCode(exitCode) }
  }

  private func photos(in state: StateDirectory) throws -> [RejectedPhoto] {
    guard all else {
      return files.map { RejectedPhoto(state.path($0, below: .rejected), in: state) }
    }
    // Only what has a reason of Hangtag's beside it: other files were put there by somebody else.
    return try state.files(below: .rejected).filter { !RejectedPhoto.isReason($0) }
      .map { RejectedPhoto($0, in: state) }.filter { $0.entry != nil }
  }
}

extension StateDirectory {
  /// A photo's path below a folder, however a person named it: as a path from where they are, from
  /// the state directory, or from the folder.
  func path(_ text: String, below folder: Folder) -> FilePath {
    var path = relative(text) ?? FilePath(text).lexicallyNormalized()
    _ = path.removePrefix(folder.path)
    return path
  }

  /// The path below the state directory of what a person named from where they are; nil for a path
  /// that leads elsewhere.
  func relative(_ text: String) -> FilePath? {
    var path = WorkingDirectory.absolute(text)
    let root = WorkingDirectory.absolute(self.path.string)
    return path.removePrefix(root) ? path : nil
  }
}
