import Foundation
import Glibc
import Testing

@Suite("The watching daemon")
struct WatchingTests {
  @Test("takes photos that are moved in, copied in with their folder, and written slowly")
  func arrivals() throws {
    let bed = try TestBed()
    let daemon = try DaemonProcess(bed)
    try #require(bed.notify.await { $0 == "READY=1" }, "\(daemon.log)")
    for number in 1...5 { try moveIn(bed.photo(), as: "moved-\(number).jpg", bed) }
    for number in 1...5 { try bed.drop(bed.photo(), as: "new/deep/copied-\(number).jpg") }
    for number in 1...3 { try writeSlowly(bed.photo(), as: "slow-\(number).jpg", bed) }
    #expect(bed.notify.await { $0.reportsPhotos(13) }, "\(daemon.log)")
    daemon.send(SIGTERM)
    #expect(daemon.end() == 0)
    let audit = try bed.audit()
    #expect(audit.isClean, "\(audit.report)")
  }

  @Test("tells that its inbox cannot be used as a trouble that lasts, and goes on when it can")
  func unusable() throws {
    let bed = try TestBed()
    let daemon = try DaemonProcess(bed)
    try #require(bed.notify.await { $0 == "READY=1" }, "\(daemon.log)")
    // It makes a new inbox at once: the file must be quicker.
    var aside = 0
    repeat {
      aside += 1
      #expect(aside < 1000)
      _ = unsafe rename(bed.inbox.path, bed.folder.appending(path: "aside-\(aside)").path)
    } while !FileManager.default.createFile(atPath: bed.inbox.path, contents: nil)
    #expect(bed.notify.await { $0.contains("The inbox cannot be used") }, "\(daemon.log)")
    #expect(try bed.metrics().value("hangtag_troubles") == 1)
    #expect(unsafe unlink(bed.inbox.path) == 0)
    while try bed.metrics().value("hangtag_troubles") != 0 {
      try #require(bed.notify.await { $0.hasPrefix("STATUS=") }, "\(daemon.log)")
    }
    try bed.drop(bed.photo(), as: "x.jpg")
    #expect(bed.notify.await { $0.reportsPhotos(1) }, "\(daemon.log)")
    daemon.send(SIGTERM)
    #expect(daemon.end() == 0)
  }

  @Test("leaves an incomplete photo alone while it grows, and takes it when it is whole")
  func growing() throws {
    let bed = try TestBed()
    let daemon = try DaemonProcess(bed, environment: ["HANGTAG_INCOMPLETE_AFTER": "1h"])
    try #require(bed.notify.await { $0 == "READY=1" }, "\(daemon.log)")
    let bytes = bed.photo()
    try bed.keep(bytes)
    let path = bed.inbox.appending(path: "growing.jpg")
    try Data(bytes.prefix(bytes.count / 2)).write(to: path)
    // A photo that comes after it is taken, so the daemon has looked at both.
    try bed.drop(bed.photo(), as: "whole.jpg")
    #expect(bed.notify.await { $0.reportsPhotos(1) }, "\(daemon.log)")
    #expect(FileManager.default.fileExists(atPath: path.path))
    let file = try FileHandle(forWritingTo: path)
    try file.seekToEnd()
    try file.write(contentsOf: Data(bytes.dropFirst(bytes.count / 2)))
    try file.close()
    #expect(bed.notify.await { $0.reportsPhotos(2) }, "\(daemon.log)")
    daemon.send(SIGTERM)
    #expect(daemon.end() == 0)
    let audit = try bed.audit()
    #expect(audit.isClean, "\(audit.report)")
  }

  @Test("seals by itself when nothing more arrives")
  func sealing() throws {
    let bed = try TestBed()
    let daemon = try DaemonProcess(bed, environment: ["HANGTAG_SEAL_IDLE": "50ms"])
    try #require(bed.notify.await { $0 == "READY=1" }, "\(daemon.log)")
    let sealed = try SealWatch(bed.state.appending(path: "manifests"))
    try bed.drop(bed.photo(), as: "a.jpg")
    #expect(sealed.await("00000001.json"))
    #expect(try bed.entries().count == 1)
    daemon.send(SIGTERM)
    #expect(daemon.end() == 0)
  }

  private func moveIn(_ bytes: [UInt8], as name: String, _ bed: TestBed) throws {
    try bed.keep(bytes)
    let outside = bed.state.appending(path: name)
    try Data(bytes).write(to: outside)
    try FileManager.default.moveItem(at: outside, to: bed.inbox.appending(path: name))
  }

  private func writeSlowly(_ bytes: [UInt8], as name: String, _ bed: TestBed) throws {
    try bed.keep(bytes)
    let path = bed.inbox.appending(path: name).path
    try Data().write(to: URL(fileURLWithPath: path))
    let file = try #require(FileHandle(forWritingAtPath: path))
    for start in stride(from: 0, to: bytes.count, by: 512) {
      try file.write(contentsOf: Data(bytes[start..<min(start + 512, bytes.count)]))
      // A slow copying program is what is tested: the pause is the subject, not a wait for an event.
      usleep(2000)
    }
    try file.close()
  }
}

extension String {
  /// Whether this is a status line that counts so many photos.
  func reportsPhotos(_ count: Int) -> Bool {
    guard hasPrefix("STATUS="),
      let counts = split(separator: ";").first(where: { $0.contains(" for review, ") })
    else { return false }
    let numbers = counts.split { !$0.isNumber }.compactMap { Int($0) }
    return numbers.count == 3 && numbers.reduce(0, +) == count
  }
}

/// Waits for names to appear in a folder.
final class SealWatch {
  private let descriptor = inotify_init()
  private let folder: URL

  init(_ folder: URL) throws {
    self.folder = folder
    let watch = unsafe inotify_add_watch(descriptor, folder.path, UInt32(IN_MOVED_TO | IN_CREATE))
    try #require(watch >= 0, "cannot watch \(folder.path)")
  }

  deinit { close(descriptor) }

  /// - Returns: whether the name came; false when nothing happened for a minute.
  func await(_ name: String) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !FileManager.default.fileExists(atPath: folder.appending(path: name).path) {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&waiting, 1, 60_000) == 1 else { return false }
      _ = unsafe read(descriptor, &buffer, buffer.count)
    }
    return true
  }
}
