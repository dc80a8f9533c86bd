import FileSystem
import Inbox

extension Patience {
  /// A file, where only copyable values go.
  final class Opened {
    let file: File
    init(_ file: consuming File) { self.file = file }
  }

  /// Opens a claimed photo where it lies.
  /// - Returns: nil where the machine was in trouble until the service was to stop.
  func open(_ claim: borrowing Claim) throws(FileSystemError) -> Opened? {
    try attempt("Claimed photos cannot be opened", while: \.isPassing) {
      () throws(FileSystemError) in Opened(try claim.open())
    }
  }

  /// Makes one photo durable: its bytes, then its place.
  /// - Returns: the photo, rejected where its bytes cannot be stored; nil as `open` does.
  func makeDurable(
    _ photo: FinishedPhoto, _ claim: borrowing Claim, _ file: borrowing File
  ) -> FinishedPhoto? {
    do throws(FileSystemError) {
      try claim.syncBytes(file)
      return inItsPlace(photo, claim)
    } catch {
      return inItsPlace(photo.damaged(by: error), claim)
    }
  }

  /// Makes one photo durable whose bytes have been written out.
  /// - Returns: as `makeDurable` of an open file.
  func makeDurable(_ photo: FinishedPhoto, _ claim: borrowing Claim) -> FinishedPhoto? {
    do throws(FileSystemError) {
      guard let opened = try open(claim) else { return nil }
      return makeDurable(photo, claim, opened.file)
    } catch {
      // Where somebody has taken it out of `work/`, the committer will find and say so.
      return error.isNotFound ? photo : inItsPlace(photo.damaged(by: error), claim)
    }
  }

  /// Makes the photo's place durable before its entry may say that it was claimed.
  /// - Returns: nil as `open` does.
  func inItsPlace(_ photo: FinishedPhoto, _ claim: borrowing Claim) -> FinishedPhoto? {
    do throws(FileSystemError) {
      let synced: Void? = try attempt(
        "Claims cannot be made durable", while: { !$0.isNotFound }
      ) { () throws(FileSystemError) in try claim.syncPlace() }
      return synced == nil ? nil : photo
    } catch {
      // Somebody has taken the photo out of `work/`, which the committer will find and say.
      return photo
    }
  }
}
