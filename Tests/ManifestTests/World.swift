import FileSystem
import Synchronization
import SystemPackage
import Testing

@testable import Manifest

/// Everything around a ledger: the photos with their claims, the service that moves a photo once its
/// entry counts, and a consumer that reads the sealed manifests. It remembers what it was promised.
struct World {
  let scratch: Scratch
  let consumer: Consumer
  private let claims: Int
  /// Claims whose photos are in `work/`.
  private(set) var inWork: Set<String> = []
  /// Claims whose photos have left `work/`, and the sequences of the entries that allowed it.
  private(set) var moved: [String: Int] = [:]

  private static let groupSize = 3
  private static let sealAt = 5

  init(claims: Int, consumerTakes: Bool) throws {
    scratch = try Scratch()
    consumer = Consumer(scratch, takes: consumerTakes)
    self.claims = claims
  }

  /// A daemon's life: it opens the ledger, recovers `work/`, and goes through the photos until all
  /// are done or it is killed. An error makes it try again.
  mutating func live(_ saboteur: Saboteur) throws {
    var errors = 0
    func survive(_ error: any Error) throws {
      errors += 1
      if saboteur.isDead || errors > 5 { throw error }
    }
    while true {
      do {
        var ledger = try Ledger(scratch, claimsInWork: inWork, perform: saboteur.performer)
        for claim in inWork.sorted() {
          if let entry = ledger.openEntry(claim: claim) { move(entry) }
        }
        while moved.count < claims || ledger.openEntries > 0 {
          do {
            try step(&ledger)
          } catch {
            try survive(error)
          }
        }
        return
      } catch {
        try survive(error)
      }
    }
  }

  private mutating func step(_ ledger: inout Ledger) throws {
    let group = Samples.group(0..<claims).filter { moved[$0.claim] == nil }.prefix(Self.groupSize)
    inWork.formUnion(group.map(\.claim))
    for entry in try ledger.append(Array(group)) { move(entry) }
    if ledger.openEntries >= Self.sealAt || moved.count == claims { _ = try ledger.seal() }
  }

  private mutating func move(_ entry: Entry) {
    inWork.remove(entry.claim)
    moved[entry.claim] = entry.sequence
  }

  /// Checks what was promised, once every photo is done.
  func check(_ comment: Comment) throws {
    consumer.look()
    #expect(consumer.complaints.isEmpty, comment)
    let documents = try consumer.seen.sorted { $0.key < $1.key }
      .map { try SealedDocument($0.value, number: $0.key) }
    let entries = documents.flatMap(\.entries)
    #expect(entries.map(\.sequence) == Array(1...claims), comment)
    #expect(Set(documents.map(\.stream)).count == 1, comment)
    #expect(Set(entries.map(\.claim)).count == claims, comment)
    #expect(
      Dictionary(entries.map { ($0.claim, $0.sequence) }, uniquingKeysWith: { $1 }) == moved,
      comment)
    let names = try scratch.names.filter { !$0.contains(".failed-") }
    let sealed = consumer.takes ? [] : documents.map { ManifestName.sealed($0.number).text }
    #expect(names == sealed + ["stream"], comment)
  }
}

/// Somebody who reads every sealed manifest as soon as it is there, and may take it away.
final class Consumer: Sendable {
  let takes: Bool
  private let scratch: Scratch
  private let state = Mutex((seen: [Int: [UInt8]](), complaints: [String]()))

  init(_ scratch: Scratch, takes: Bool) {
    self.scratch = scratch
    self.takes = takes
  }

  /// The manifests that were ever there, by number.
  var seen: [Int: [UInt8]] { state.withLock { $0.seen } }
  var complaints: [String] { state.withLock { $0.complaints } }

  func look() {
    guard let survey = try? ManifestSurvey(scratch.directory()) else { return }
    for number in survey.sealed {
      let name = ManifestName.sealed(number).text
      guard let bytes = try? scratch.read(name) else { continue }
      state.withLock { state in
        if let known = state.seen[number] {
          if takes { state.complaints.append("\(name) was published twice") }
          if known != bytes { state.complaints.append("\(name) has changed") }
        }
        state.seen[number] = bytes
      }
      if takes { try? scratch.remove(name) }
    }
  }
}
