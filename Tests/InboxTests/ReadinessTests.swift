import SystemPackage
import Testing
import Threading

@testable import FileSystem
@testable import Inbox

@Suite struct ReadinessTests {
  private static let second: Int64 = 1_000_000_000
  private let start = Moment(
    wall: 1_700_000_000 * second, monotonic: MonotonicTime(nanoseconds: 5 * second))

  private func later(_ seconds: Double) -> Moment {
    let nanoseconds = Int64(seconds * Double(Self.second))
    return Moment(
      wall: start.wall + nanoseconds,
      monotonic: MonotonicTime(nanoseconds: start.monotonic.nanoseconds + nanoseconds))
  }

  private func file(
    _ inode: UInt64 = 7, size: Int64 = 1, changedAt seconds: Double
  ) -> FileStatus {
    FileStatus(
      kind: .regular, inode: inode, device: 1, owner: 0, size: size, modified: 0,
      changed: later(seconds).wall, links: 1)
  }

  private func readiness() -> Readiness {
    Readiness(settle: .seconds(2), incompleteAfter: .seconds(60))
  }

  @Test("A file that was unchanged for two seconds is ready at once, whatever its mtime")
  func settled() {
    var readiness = readiness()
    let verdict = readiness.verdict(
      on: file(changedAt: -2), of: "x", announced: false, bytes: .unread, at: start)
    #expect(verdict == .ready)
  }

  @Test("A file that changed half a second ago is looked at again in one and a half")
  func unsettled() {
    var readiness = readiness()
    let verdict = readiness.verdict(
      on: file(changedAt: -0.5), of: "x", announced: false, bytes: .unread, at: start)
    #expect(verdict == .wait(until: later(1.5).monotonic))
  }

  @Test("A file of which an event told is ready however new it is")
  func announced() {
    var readiness = readiness()
    let verdict = readiness.verdict(
      on: file(changedAt: 0), of: "x", announced: true, bytes: .unread, at: start)
    #expect(verdict == .ready)
  }

  @Test("An incomplete file is given up a minute after its last change, announced or not")
  func incomplete() {
    var readiness = readiness()
    for announced in [false, true] {
      let early = readiness.verdict(
        on: file(changedAt: -59), of: "x", announced: announced, bytes: .incomplete, at: start)
      #expect(early == .wait(until: later(1).monotonic))
      let late = readiness.verdict(
        on: file(changedAt: -60), of: "x", announced: announced, bytes: .incomplete, at: start)
      #expect(late == .ready)
    }
  }

  @Test("A file from the future is watched by the other clock, and does not starve")
  func future() {
    var readiness = readiness()
    let inAYear = file(changedAt: 31_536_000)
    let first = readiness.verdict(on: inAYear, of: "x", announced: false, bytes: .unread, at: start)
    #expect(first == .wait(until: later(2).monotonic))
    let second = readiness.verdict(
      on: inAYear, of: "x", announced: false, bytes: .unread, at: later(1))
    #expect(second == .wait(until: later(2).monotonic))
    let third = readiness.verdict(
      on: inAYear, of: "x", announced: false, bytes: .unread, at: later(2))
    #expect(third == .ready)
  }

  @Test("A file from the future that goes on growing is waited for anew")
  func growingFuture() {
    var readiness = readiness()
    _ = readiness.verdict(
      on: file(size: 1, changedAt: 100), of: "x", announced: false, bytes: .unread, at: start)
    let grown = readiness.verdict(
      on: file(size: 2, changedAt: 101), of: "x", announced: false, bytes: .unread, at: later(1.9))
    #expect(grown == .wait(until: later(3.9).monotonic))
  }

  @Test("However many files from the future there are, in the end each is ready, in bounded memory")
  func manyFutures() {
    var readiness = readiness()
    var waiting = Array(UInt64(0)..<3000)
    var rounds = 0.0
    while !waiting.isEmpty, rounds < 100 {
      waiting.removeAll { inode in
        let status = file(inode, changedAt: 1_000_000)
        let verdict = readiness.verdict(
          on: status, of: "\(inode)", announced: false, bytes: .unread, at: later(rounds))
        if verdict == .ready { readiness.forget("\(inode)") }
        return verdict == .ready
      }
      rounds += 1
    }
    #expect(waiting.isEmpty)
    #expect(rounds < 20)
  }
}
