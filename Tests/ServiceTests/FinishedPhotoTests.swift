import FileSystem
import Manifest
import SystemPackage
import Testing

@testable import Inbox
@testable import Service

@Suite("A photo whose fate is decided")
struct FinishedPhotoTests {
  @Test("still supersedes its earlier claim when the disk fails")
  func damaged() throws {
    let photo = try FinishedPhoto(named: "a.jpg", supersedes: "the claim before")
    let error = FileSystemError(call: "fsync", path: "a.jpg", errno: .ioError)
    let draft = photo.damaged(by: error).draft(storedAs: "rejected/a.jpg")
    #expect(draft.supersedes == "the claim before")
    guard case .rejected(let rejection) = draft.verdict else {
      Issue.record("the photo is not rejected")
      return
    }
    #expect(rejection.code == "unreadable")
  }
}

extension FinishedPhoto {
  /// A photo that was rejected.
  init(named name: FilePath, supersedes: String? = nil) throws {
    let identity = try #require(ClaimIdentity("01a203e5-b826-73d6-b714-f70f41f7fdd3"))
    self.init(
      claimed: ClaimedPhoto(
        identity: identity, source: name, status: try Directory("/").status(), receivedAt: 0),
      folder: "done/coat", sha256: nil, verdict: .rejected(.init(code: "corrupt", message: "")),
      image: nil, model: .init(name: "m", sha256: ""), classifiedAt: .now,
      supersedes: supersedes, times: StageTimes(decidedAt: .now))
  }
}
