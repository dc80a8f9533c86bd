import Foundation
import SamplePhotos
import Testing

@Suite("The daemon")
struct SortingTests {
  @Test("sorts what is in the inbox, records it and ends, with --once")
  func once() throws {
    let bed = try TestBed()
    for number in 1...12 { try bed.drop(bed.photo(), as: "spring/IMG_\(number).jpg") }
    try bed.drop(bed.photo(), as: "IMG_1.jpg")
    let daemon = try DaemonProcess(bed, ["--once"])
    #expect(daemon.end() == 0, "\(daemon.log)")
    let audit = try bed.audit()
    #expect(audit.isClean, "\(audit.report)")
    let stored = try bed.entries().compactMap { $0["stored_as"] as? String }
    #expect(stored.count == 13)
    #expect(stored.allSatisfy { $0.hasPrefix("done/") || $0.hasPrefix("review/") }, "\(stored)")
    #expect(FileManager.default.fileExists(atPath: bed.inbox.appending(path: "spring").path))
  }

  @Test("says that photos were left when it is stopped before it has looked, with --once")
  func onceStopped() throws {
    let bed = try TestBed()
    for number in 1...3 { try bed.drop(bed.photo(), as: "IMG_\(number).jpg") }
    // The signal waits for it from its first moment.
    let stopped = ["env", "--block-signal=TERM", "sh", "-c", "kill -TERM $$; exec \"$0\" \"$@\""]
    // Often, because it is a race between the stop and the look.
    for _ in 1...8 {
      let daemon = try DaemonProcess(
        bed, ["--once"], environment: ["HANGTAG_SETTLE": "1h"], wrapper: stopped)
      #expect(daemon.end() == 75, "\(daemon.log)")
    }
    #expect(try bed.entries().isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: bed.inbox.path).count == 3)
  }

  @Test("ends at once with an empty inbox, leaving no manifest")
  func empty() throws {
    let bed = try TestBed()
    #expect(try DaemonProcess(bed, ["--once"]).end() == 0)
    #expect(try bed.entries().isEmpty)
  }

  @Test("rejects what it cannot read, each with its code, and nothing else is disturbed")
  func awkward() throws {
    let bed = try TestBed()
    let good = bed.photo()
    var flipped = PhotoEncoding.png(PNGEncoding()).encode(
      PhotographicPicture.render(width: 60, height: 60, seed: 99))
    flipped[flipped.count / 2] ^= 1
    var giant = Array(
      PhotoEncoding.png(PNGEncoding()).encode(
        PhotographicPicture.render(width: 8, height: 8, seed: 1)))
    giant.claimSize(64250, 64250)
    let expected: [String: (bytes: [UInt8], code: String)] = [
      "empty.jpg": ([], "empty"),
      "three.jpg": ([0xFF, 0xD8, 0xFF], "truncated"),
      "half.jpg": (Array(good.prefix(good.count / 2)), "truncated"),
      "flipped.png": (flipped, "corrupt"),
      "giant.png": (giant, "too_large"),
      "text.png": (Array("only words".utf8), "unsupported_format"),
      "web.jpg": (Array("RIFF\u{10}\0\0\0WEBPVP8 ".utf8), "unsupported_format"),
    ]
    for (name, file) in expected { try bed.drop(file.bytes, as: name) }
    try bed.drop(bed.photo(), as: "good.jpg")
    try FileManager.default.createDirectory(
      at: bed.inbox.appending(path: "x.jpg"), withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(
      atPath: bed.inbox.appending(path: "passwd.jpg").path, withDestinationPath: "/etc/passwd")
    let daemon = try DaemonProcess(bed, ["--once"])
    #expect(daemon.end() == 0, "\(daemon.log)")
    let audit = try bed.audit()
    #expect(audit.isClean, "\(audit.report)")
    let codes = Dictionary(
      uniqueKeysWithValues: try bed.entries().map { entry in
        (entry["source"] as? String ?? "", (entry["error"] as? [String: Any])?["code"] as? String)
      })
    for (name, file) in expected { #expect(codes[name] == file.code, "\(name)") }
    #expect(codes["good.jpg"] == .some(nil))
    #expect(codes.count == expected.count + 1)
    let left = try FileManager.default.contentsOfDirectory(atPath: bed.inbox.path)
    #expect(left.sorted() == ["passwd.jpg", "x.jpg"])
  }

  @Test("says of a photo in a full inbox what it says of it among few")
  func fullInbox() throws {
    var photos: [(name: String, bytes: [UInt8])] = []
    let full = try TestBed()
    for number in 1...40 {
      let bytes = number % 7 == 0 ? Array("only words".utf8) : full.photo()
      photos.append(("IMG_\(number).jpg", bytes))
    }
    for photo in photos { try full.drop(photo.bytes, as: photo.name) }
    let daemon = try DaemonProcess(full, ["--once"])
    #expect(daemon.end() == 0, "\(daemon.log)")
    let audit = try full.audit()
    #expect(audit.isClean, "\(audit.report)")
    let together = try verdicts(in: full)
    #expect(together.count == photos.count)
    let few = try TestBed()
    for start in stride(from: 0, to: photos.count, by: 8) {
      for photo in photos[start..<start + 8] { try few.drop(photo.bytes, as: photo.name) }
      #expect(try DaemonProcess(few, ["--once"]).end() == 0)
    }
    #expect(try verdicts(in: few) == together)
  }

  /// What the entry of each photo says of it.
  private func verdicts(in bed: TestBed) throws -> [String: [String]] {
    let verdicts = try bed.entries().map { entry in
      let error = entry["error"] as? [String: Any]
      let values = [
        entry["sha256"], entry["outcome"], (entry["category"] as? [String: Any])?["label"],
        entry["confidence"], entry["reasons"], error?["code"],
      ]
      return (try #require(entry["source"] as? String), values.map { "\($0 ?? "none")" })
    }
    return Dictionary(uniqueKeysWithValues: verdicts)
  }

  @Test("never puts a photo over another: the same name again gets ~2")
  func sameName() throws {
    let bed = try TestBed()
    let bytes = bed.photo()
    for _ in 0..<2 {
      try bed.drop(bytes, as: "same.jpg")
      #expect(try DaemonProcess(bed, ["--once"]).end() == 0)
    }
    let stored = try bed.entries().compactMap { $0["stored_as"] as? String }
    #expect(stored.count == 2)
    #expect(stored.last == stored.first?.replacing(".jpg", with: "~2.jpg"))
    let audit = try bed.audit()
    #expect(audit.isClean, "\(audit.report)")
  }
}

extension [UInt8] {
  /// Makes a PNG's header claim another size, with a checksum that fits.
  fileprivate mutating func claimSize(_ width: UInt32, _ height: UInt32) {
    for index in 0..<4 {
      self[16 + index] = UInt8(truncatingIfNeeded: width >> UInt32(24 - 8 * index))
      self[20 + index] = UInt8(truncatingIfNeeded: height >> UInt32(24 - 8 * index))
    }
    let header = pngChunk(type: "IHDR", Array(self[16..<29]))
    replaceSubrange(8..<33, with: header)
  }
}
