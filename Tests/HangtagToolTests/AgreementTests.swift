import Foundation
import NeuralNetwork
import SamplePhotos
import TestSupport
import Testing

/// A photo gets the same answer whichever way it goes.
@Suite("The answer to a photo")
struct AgreementTests {
  /// What is said of a photo, by the photo's digest.
  private struct Answer {
    let category: String?
    let confidence: Double
    let alternatives: [Double]
    let outcome: String?
    let reasons: [String]

    init(_ entry: [String: Any]) throws {
      category = (entry["category"] as? [String: Any])?["slug"] as? String
      confidence = try #require(entry["confidence"] as? Double)
      alternatives = try #require(entry["alternatives"] as? [[String: Any]]).map {
        try #require($0["confidence"] as? Double)
      }
      outcome = entry["outcome"] as? String
      reasons = try #require(entry["reasons"] as? [String])
    }

    func expectSame(as other: Answer, _ comment: Comment) {
      #expect(category == other.category, comment)
      #expect(outcome == other.outcome, comment)
      #expect(reasons == other.reasons, comment)
      for (mine, theirs) in zip(
        [confidence] + alternatives, [other.confidence] + other.alternatives)
      {
        // Four decimals are written: one step of the last is 1e-4.
        #expect(abs(mine - theirs) < 1.01e-4, comment)
      }
    }
  }

  private let folder: Folder
  private let names: [String]

  /// Drawn photos, and a tenth of the shops' photos where they are present.
  init() throws {
    folder = try Folder()
    var photos = (1...8).map { seed in
      PhotoEncoding.jpeg(JPEGEncoding()).encode(
        PhotographicPicture.render(width: 240, height: 320, seed: seed))
    }
    photos.append(Bundled.trousers)
    if let shared = SharedData.folder {
      let root = URL(fileURLWithPath: shared).appending(path: "photos")
      let list = try String(contentsOf: root.appending(path: "labels.csv"), encoding: .utf8)
      let files = list.split(separator: "\n").dropFirst().compactMap {
        $0.split(separator: ",").first
      }
      for (number, file) in files.enumerated() where number.isMultiple(of: 10) {
        photos.append([UInt8](try Data(contentsOf: root.appending(path: String(file)))))
      }
    }
    for (number, photo) in photos.enumerated() {
      try folder.write("photos/\(number).jpg", photo)
      try folder.write("state/inbox/\(number).jpg", photo)
    }
    names = photos.indices.map { "photos/\($0).jpg" }
  }

  private func answers(of entries: [[String: Any]]) throws -> [String: Answer] {
    var answers: [String: Answer] = [:]
    for entry in entries { answers[try #require(entry["sha256"] as? String)] = try Answer(entry) }
    return answers
  }

  private func classify(
    _ photos: [String], on instructionSet: InstructionSet = .best
  ) throws -> [String: Answer] {
    let run = try ToolRun(
      "hangtag", ["classify", "--json", "--model", Bundled.model] + photos,
      environment: ["HANGTAG_ISA": instructionSet.rawValue], in: folder)
    try #require(run.status == 0, "\(run.errors)")
    return try answers(of: run.objects())
  }

  private func expectSame(
    _ one: [String: Answer], _ other: [String: Answer], _ comment: Comment
  ) throws {
    #expect(Set(one.keys) == Set(other.keys), comment)
    for (digest, answer) in one { try #require(other[digest]).expectSame(as: answer, comment) }
  }

  @Test("is the same alone and among others, from classify and from the daemon")
  func ways() throws {
    let together = try classify(names)
    let alone = try names.prefix(12).reduce(into: [:]) { all, name in
      all.merge(try classify([name])) { $1 }
    }
    try expectSame(alone, together.filter { alone[$0.key] != nil }, "alone, among others")

    try folder.sortInbox()
    let manifests = folder.url.appending(path: "state/manifests")
    let entries = try FileManager.default.contentsOfDirectory(atPath: manifests.path)
      .filter { $0.hasSuffix(".json") }.flatMap { name -> [[String: Any]] in
        let data = try Data(contentsOf: manifests.appending(path: name))
        let document = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        return try #require(document?["entries"] as? [[String: Any]])
      }
    try #require(entries.count == names.count)
    try expectSame(together, answers(of: entries), "classify, daemon")
  }

  @Test("is the same on every instruction set", arguments: InstructionSet.supported)
  func instructionSets(_ instructionSet: InstructionSet) throws {
    try expectSame(classify(names), classify(names, on: instructionSet), "\(instructionSet)")
  }
}
