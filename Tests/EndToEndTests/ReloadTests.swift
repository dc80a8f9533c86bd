import Foundation
import Glibc
import Testing

@Suite("A reload")
struct ReloadTests {
  private let bed: TestBed
  private let model: URL

  init() throws {
    bed = try TestBed()
    model = bed.folder.appending(path: "model.safetensors")
    try FileManager.default.copyItem(at: Self.shipped("plain"), to: model)
  }

  private static func shipped(_ name: String) -> URL {
    Checkout.folder.appending(path: "models/\(name).safetensors")
  }

  private func start(_ arguments: [String] = []) throws -> DaemonProcess {
    let daemon = try DaemonProcess(bed, ["--model", model.path] + arguments)
    try #require(bed.notify.await { $0 == "READY=1" }, "\(daemon.log)")
    return daemon
  }

  /// Puts a file in the model's place as `mv` and `hangtag model install` do.
  private func rename(_ bytes: Data) throws {
    let new = bed.folder.appending(path: "new")
    try bytes.write(to: new)
    #expect(unsafe Glibc.rename(new.path, model.path) == 0)
  }

  private func awaitReload(_ daemon: DaemonProcess) throws {
    try #require(bed.notify.await { $0 == "RELOADING=1" }, "\(daemon.log)")
    try #require(bed.notify.await { $0 == "READY=1" }, "\(daemon.log)")
  }

  private func sort(_ count: Int, total: Int, _ daemon: DaemonProcess) throws {
    for number in 1...count { try bed.drop(bed.photo(), as: "\(total)-\(number).jpg") }
    #expect(bed.notify.await { $0.reportsPhotos(total) }, "\(daemon.log)")
  }

  private func stop(_ daemon: DaemonProcess) throws {
    daemon.send(SIGTERM)
    #expect(daemon.end() == 0, "\(daemon.log)")
    let audit = try bed.audit()
    #expect(audit.isClean, "\(audit.report)")
  }

  @Test(
    "takes over a model renamed over the old one, unasked; entries name the model that made them")
  func renamed() throws {
    let daemon = try start()
    try sort(2, total: 2, daemon)
    try rename(try Data(contentsOf: Self.shipped("regularised")))
    try awaitReload(daemon)
    try sort(2, total: 4, daemon)
    try stop(daemon)
    #expect(daemon.log.contains("A new model serves from now on."))
    let digests = try bed.entries().compactMap {
      ($0["model"] as? [String: Any])?["sha256"] as? String
    }
    #expect(digests.count == 4)
    #expect(Set(digests.prefix(2)).count == 1 && Set(digests.suffix(2)).count == 1)
    #expect(digests.first != digests.last)
    let metrics = try bed.metrics()
    #expect(metrics.value("hangtag_model_info", ["sha256": digests.last ?? ""]) == 1)
    #expect(metrics.value("hangtag_reloads_total", ["result": "ok"]) == 1)
  }

  @Test(
    "refuses a target_precision that no model proves as a mistake of the configuration, not of the model"
  )
  func unproven() throws {
    let configuration = bed.folder.appending(path: "hangtag.yaml")
    try Data("{}\n".utf8).write(to: configuration)
    let daemon = try start(["--config", configuration.path])
    try Data("target_precision: 0.99999\n".utf8).write(to: configuration)
    daemon.send(SIGHUP)
    try awaitReload(daemon)
    #expect(bed.notify.await { $0.contains("target_precision is 0.99999") }, "\(daemon.log)")
    #expect(daemon.log.contains("The new configuration is refused and the old one stays in force"))
    try sort(1, total: 1, daemon)
    #expect(try bed.metrics().value("hangtag_configuration_reload_refused") == 1)
    #expect(try bed.metrics().value("hangtag_model_reload_refused") == 0)
    try Data("{}\n".utf8).write(to: configuration)
    daemon.send(SIGHUP)
    try awaitReload(daemon)
    try sort(1, total: 2, daemon)
    #expect(try bed.metrics().value("hangtag_configuration_reload_refused") == 0)
    try stop(daemon)
  }

  @Test(
    "refuses a bad model with its reason, keeps the old one serving, and takes a good one later")
  func refused() throws {
    let daemon = try start()
    let good = try Data(contentsOf: model)
    try rename(good.prefix(1000))
    try awaitReload(daemon)
    #expect(bed.notify.await { $0.contains("is not a usable model (") }, "\(daemon.log)")
    #expect(daemon.log.contains("The new model is refused and the old one stays in force"))
    try sort(1, total: 1, daemon)
    #expect(try bed.metrics().value("hangtag_model_reload_refused") == 1)
    #expect(try bed.metrics().value("hangtag_reloads_total", ["result": "refused"]) == 1)
    let reloads = try bed.status()["reloads"] as? [String: Any]
    #expect((reloads?["model_refusal"] as? String)?.contains(model.path) == true)
    try rename(try Data(contentsOf: Self.shipped("regularised")))
    try awaitReload(daemon)
    try sort(1, total: 2, daemon)
    #expect(try bed.metrics().value("hangtag_model_reload_refused") == 0)
    try stop(daemon)
  }

  @Test("on SIGHUP takes over the threshold, and refuses a bad file with its line")
  func configuration() throws {
    let file = bed.folder.appending(path: "hangtag.yaml")
    try Data("threshold: 1\n".utf8).write(to: file)
    let daemon = try start(["--config", file.path])
    try sort(2, total: 2, daemon)
    try Data("threshold: 0\ntreshold: 0\n".utf8).write(to: file)
    daemon.send(SIGHUP)
    try awaitReload(daemon)
    #expect(bed.notify.await { $0.contains("line 2: Unknown key `treshold`") }, "\(daemon.log)")
    try Data("threshold: 0\n".utf8).write(to: file)
    daemon.send(SIGHUP)
    try awaitReload(daemon)
    try sort(2, total: 4, daemon)
    try stop(daemon)
    let reasons = try bed.entries().map { $0["reasons"] as? [String] ?? [] }
    let below = reasons.map { $0.contains("below_threshold") }
    #expect(below == [true, true, false, false])
  }

  @Test("drops no photo, however often it comes while photos arrive")
  func underLoad() throws {
    let daemon = try start()
    let models = try ["regularised", "plain"].map { try Data(contentsOf: Self.shipped($0)) }
    for number in 1...60 {
      try bed.drop(bed.photo(), as: "\(number).jpg")
      if number % 10 == 0 { try rename(models[number / 10 % 2]) }
      if number % 25 == 0 { daemon.send(SIGHUP) }
    }
    #expect(bed.notify.await { $0.reportsPhotos(60) }, "\(daemon.log)")
    try stop(daemon)
    #expect(try bed.entries().count == 60)
  }
}
