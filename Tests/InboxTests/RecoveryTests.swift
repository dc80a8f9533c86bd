import FileSystem
import SystemPackage
import Testing

@testable import Inbox

@Suite struct RecoveryTests {
  private let early = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
  private let late = "018f22e2-79b0-7cc3-98c4-dc0c0c07398f"

  @Test("Claims are found by their identity, the earliest first")
  func claims() throws {
    let test = try TestState()
    try test.write("work/\(late)/y.jpg")
    try test.write("work/\(early)/spring/x.jpg", "photo")
    let recovery = try test.state.recoverWork()
    #expect(recovery.claims.map(\.photo.identity.description) == [early, late])
    #expect(recovery.claims.map(\.photo.source) == ["spring/x.jpg", "y.jpg"])
    #expect(recovery.claims[0].photo.receivedAt == 1_645_557_742_000_000_000)
    #expect(recovery.claims[0].photo.status.size == 5)
    #expect(recovery.setAside.isEmpty)
    let claim = Claim(recovered: recovery.claims[0], in: test.state)
    try claim.syncBytes(claim.open())
    try claim.syncPlace()
  }

  @Test("A claim of the year 10889, which no claim of Hangtag's is, stops no start")
  func farFuture() throws {
    let test = try TestState()
    try test.write("work/ffffffff-ffff-7fff-bfff-ffffffffffff/x.jpg")
    let recovery = try test.state.recoverWork()
    #expect(recovery.claims.map(\.photo.receivedAt) == [.max])
  }

  @Test("What a real claim leaves behind is what recovery finds")
  func roundTrip() throws {
    let test = try TestState()
    for path in ClaimTests.awkwardNames {
      try test.write(Folder.inbox.path.pushing(path))
      _ = try test.claim(path)
    }
    let recovered = try test.state.recoverWork().claims.map(\.photo.source)
    #expect(Set(recovered) == Set(ClaimTests.awkwardNames))
  }

  @Test("Empty claims, the rest of a move that was interrupted, are removed")
  func empty() throws {
    let test = try TestState()
    _ = try test.state.root.openOrCreateDirectory(FilePath("work/\(early)/a/b"))
    _ = try test.state.root.openOrCreateDirectory(FilePath("work/\(late)"))
    try test.state.markAttempt(#require(ClaimIdentity(late)))
    let recovery = try test.state.recoverWork()
    #expect(recovery == Recovery())
    #expect(try test.names(in: "work").isEmpty)
  }

  @Test("Attempts are counted durably and go with the claim's directory")
  func attempts() throws {
    let test = try TestState()
    try test.write("work/\(early)/x.jpg")
    let identity = try #require(ClaimIdentity(early))
    #expect(try test.state.recoverWork().claims.map(\.attempts) == [0])
    try test.state.markAttempt(identity)
    try test.state.markAttempt(identity)
    #expect(try test.state.recoverWork().claims.map(\.attempts) == [2])
    var placement = Placement(test.state)
    #expect(try placement.move(identity, "x.jpg", to: "rejected/x.jpg") == .moved)
    #expect(try test.names(in: "work").isEmpty)
  }

  @Test("A decoding that has ended is not held against the photo, however the service ends later")
  func survivedAttempt() throws {
    let test = try TestState()
    try test.write("work/\(early)/x.jpg")
    let identity = try #require(ClaimIdentity(early))
    for _ in 1...3 {
      try test.state.markAttempt(identity)
      test.state.forgetAttempts(identity)
    }
    #expect(try test.state.recoverWork().claims.map(\.attempts) == [0])
  }

  @Test("What Hangtag did not put into work/ is set aside in rejected/, and the start goes on")
  func foreign() throws {
    let test = try TestState()
    try test.write("work/dropped.jpg", "by mistake")
    try test.write("work/album/x.jpg")
    try test.link("work/link", to: "/etc/passwd")
    #expect(SystemCalls.pipe(test.path.appending("work/pipe")))
    try test.write("work/\(early)/x.jpg")
    try test.write("rejected/found-in-work/dropped.jpg", "earlier")
    let recovery = try test.state.recoverWork()
    #expect(recovery.claims.map(\.photo.identity.description) == [early])
    #expect(recovery.failures.isEmpty)
    #expect(
      Set(recovery.setAside.map(\.from)) == [
        "work/dropped.jpg", "work/album", "work/link", "work/pipe",
      ])
    #expect(try test.names(in: "work") == [FilePath(early)])
    #expect(try test.read("rejected/found-in-work/dropped~2.jpg") == "by mistake")
    #expect(try test.files(below: "rejected/found-in-work").count == 5)
  }

  @Test(
    "A claim with several files and no entry is set aside as a whole: nobody can tell its photo")
  func severalFiles() throws {
    let test = try TestState()
    try test.write("work/\(early)/x.jpg")
    try test.write("work/\(early)/y.jpg")
    let recovery = try test.state.recoverWork()
    #expect(recovery.claims.isEmpty)
    #expect(
      try test.files(below: "rejected/found-in-work") == ["\(early)/x.jpg", "\(early)/y.jpg"])
    #expect(try test.names(in: "work").isEmpty)
  }

  @Test("The entry tells the photo from what was put beside it")
  func severalFilesWithEntry() throws {
    let test = try TestState()
    try test.write("work/\(early)/x.jpg")
    try test.write("work/\(early)/sub/y.jpg")
    let recovery = try test.state.recoverWork { _ in "x.jpg" }
    #expect(recovery.claims.map(\.photo.source) == ["x.jpg"])
    #expect(try test.files(below: "rejected/found-in-work") == ["\(early)/sub/y.jpg"])
  }

  @Test("A claim that holds a link instead of a photo is set aside and never followed")
  func linkInClaim() throws {
    let test = try TestState()
    _ = try test.state.root.openOrCreateDirectory(FilePath("work/\(early)"))
    try test.link(FilePath("work/\(early)/x.jpg"), to: "/etc/passwd")
    let recovery = try test.state.recoverWork()
    #expect(recovery.claims.isEmpty)
    #expect(recovery.setAside.count == 1)
    #expect(try test.names(in: "work").isEmpty)
  }
}
