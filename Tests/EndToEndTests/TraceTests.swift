import Foundation
import Testing

@Suite("The trace")
struct TraceTests {
  @Test("has every stage of every photo, each within its photo on the same thread")
  func stages() throws {
    let bed = try TestBed()
    // So many that some are classified two by two.
    let names = (1...24).map { "spring/IMG \"\($0)\".jpg" }
    for name in names { try bed.drop(bed.photo(), as: name) }
    let file = bed.folder.appending(path: "trace.json")
    let daemon = try DaemonProcess(bed, ["--once", "--trace", file.path])
    #expect(daemon.end() == 0, "\(daemon.log)")

    let events = try events(in: file)
    let photos = events.filter { $0.name == "photo" && names.contains($0.photo ?? "") }
    #expect(Set(photos.compactMap(\.photo)) == Set(names))
    for stage in ["read", "claim", "digest", "decode", "prepare", "classify"] {
      let spans = events.filter { $0.name == stage }
      #expect(spans.reduce(0) { $0 + ($1.count ?? 1) } >= names.count, "\(stage)")
      for span in spans { #expect(photos.contains { $0.holds(span) }, "\(stage)") }
    }
    #expect(Set(events.filter { $0.name == "move" }.compactMap(\.photo)) == Set(names))
    // A photo's own, or a group's.
    for stage in ["sync", "record"] { #expect(events.contains { $0.name == stage }, "\(stage)") }
  }

  private struct Event {
    var name: String
    var photo: String?
    var count: Int?
    var thread: Int
    var start: Double
    var end: Double

    func holds(_ other: Event) -> Bool {
      thread == other.thread && start <= other.start && other.end <= end
    }
  }

  /// What a viewer makes of the file: an array of events whose end may be missing.
  private func events(in file: URL) throws -> [Event] {
    let text = try String(contentsOf: file, encoding: .utf8)
    let array = try #require(text.dropLast(2).last == "}" ? text.dropLast(2) + "]" : nil)
    let parsed = try JSONSerialization.jsonObject(with: Data(array.utf8))
    return try #require(parsed as? [[String: Any]]).map { event in
      #expect(event["ph"] as? String == "X")
      let start = try #require(event["ts"] as? Double)
      return Event(
        name: try #require(event["name"] as? String),
        photo: (event["args"] as? [String: Any])?["photo"] as? String,
        count: (event["args"] as? [String: Any])?["photos"] as? Int,
        thread: try #require(event["tid"] as? Int), start: start,
        end: start + (try #require(event["dur"] as? Double)))
    }
  }
}
