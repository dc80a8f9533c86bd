import Manifest
import TestSupport
import Testing

@testable import Service

@Suite("The metrics file")
struct ExpositionTests {
  private func text(
    _ report: StatusReport, _ distributions: Distributions = Distributions(),
    stateDirectory: String = "/var/lib/hangtag"
  ) throws -> PrometheusText {
    try PrometheusText(
      MetricsFile.text(
        of: report, distributions, categories: ["T-shirt/top", "Ankle boot"],
        stateDirectory: stateDirectory, startedAt: 1_700_000_000.25))
  }

  private var report: StatusReport {
    StatusReport(
      version: "1.2.3", process: 7, startedAt: "", updatedAt: "", stream: "s", nextSequence: 1,
      model: .init(name: "hangtag", sha256: "ab12", path: "/m"))
  }

  @Test("has every series from the beginning, so that a first failure shows as a rise")
  func empty() throws {
    let metrics = try text(report)
    for outcome in ["accepted", "review", "rejected"] {
      #expect(metrics.value("hangtag_photos_total", ["outcome": outcome]) == 0)
    }
    #expect(
      metrics.value("hangtag_photos_by_category_total", ["category": "ankle-boot"]) == 0)
    #expect(metrics.value("hangtag_rejected_total", ["code": "truncated"]) == 0)
    #expect(metrics.value("hangtag_reloads_total", ["result": "refused"]) == 0)
    for stage in ["settle", "decode", "infer", "commit"] {
      #expect(metrics.value("hangtag_stage_seconds_count", ["stage": stage]) == 0)
    }
    #expect(metrics.value("hangtag_model_info", ["name": "hangtag", "sha256": "ab12"]) == 1)
    #expect(metrics.value("hangtag_build_info", ["version": "1.2.3"]) == 1)
    #expect(metrics.value("hangtag_start_time_seconds") == 1_700_000_000.25)
  }

  @Test("counts what the report counts, under the names of the folders")
  func counts() throws {
    var report = report
    report.photos.accepted = 3
    report.photos.byCategory = ["Ankle boot": 2, "Hat, of an older model": 1]
    report.photos.byError = ["crashed_decoder": 4]
    report.reloads.modelRefusal = "bad"
    report.troubles = ["No room."]
    let metrics = try text(report)
    #expect(metrics.value("hangtag_photos_total", ["outcome": "accepted"]) == 3)
    let category = "hangtag_photos_by_category_total"
    #expect(metrics.value(category, ["category": "ankle-boot"]) == 2)
    #expect(metrics.value(category, ["category": "hat-of-an-older-model"]) == 1)
    #expect(metrics.value("hangtag_rejected_total", ["code": "crashed_decoder"]) == 4)
    #expect(metrics.value("hangtag_model_reload_refused") == 1)
    #expect(metrics.value("hangtag_configuration_reload_refused") == 0)
    #expect(metrics.value("hangtag_troubles") == 1)
  }

  @Test("puts a value that equals a bound into that bound's bucket, as Prometheus does")
  func buckets() throws {
    var distributions = Distributions()
    var times = StageTimes(decidedAt: .now)
    times[.decode] = .milliseconds(5)
    distributions.add(times, confidence: 0.9)
    times[.decode] = .seconds(7200)
    distributions.add(times, confidence: nil)
    let metrics = try text(report, distributions)
    let bucket = "hangtag_stage_seconds_bucket"
    #expect(metrics.value(bucket, ["stage": "decode", "le": "0.0025"]) == 0)
    #expect(metrics.value(bucket, ["stage": "decode", "le": "0.005"]) == 1)
    #expect(metrics.value(bucket, ["stage": "decode", "le": "3600"]) == 1)
    #expect(metrics.value(bucket, ["stage": "decode", "le": "+Inf"]) == 2)
    #expect(metrics.value("hangtag_stage_seconds_sum", ["stage": "decode"]) == 7200.005)
    #expect(metrics.value("hangtag_stage_seconds_count", ["stage": "settle"]) == 0)
    #expect(metrics.value("hangtag_confidence_bucket", ["le": "0.9"]) == 1)
    #expect(metrics.value("hangtag_confidence_count") == 1)
  }

  @Test("tells daemons apart by their state directory, whatever its name")
  func stateDirectory() throws {
    let name = "/srv/\"odd\"\\\n"
    let metrics = try text(report, stateDirectory: name)
    #expect(metrics.value("hangtag_queue_photos", ["state_directory": name]) == 0)
  }
}
