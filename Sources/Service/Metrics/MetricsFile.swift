import Classification
import Imaging
import Manifest

/// The file `metrics.prom`, for the textfile collector of Prometheus' node_exporter.
enum MetricsFile {
  static let name = "metrics.prom"

  /// The file's content.
  /// - Parameters:
  ///   - categories: the labels of the model in force, so that each is there from the beginning.
  ///   - stateDirectory: tells the series of several daemons on one machine apart.
  ///   - startedAt: seconds since 1970.
  static func text(
    of report: StatusReport, _ distributions: Distributions, categories: [String],
    stateDirectory: String, startedAt: Double
  ) -> String {
    var out = Exposition(common: [(name: "state_directory", value: stateDirectory)])
    addPhotos(report.photos, categories, to: &out)
    addInbox(report.inbox, to: &out)
    addDistributions(distributions, to: &out)
    addService(report, startedAt: startedAt, to: &out)
    return out.text
  }

  private static func addPhotos(
    _ photos: StatusReport.Photos, _ categories: [String], to out: inout Exposition
  ) {
    out.metric(
      "hangtag_photos_total", .counter, "Photos recorded, by what became of them.",
      [
        (labels: [("outcome", Entry.Outcome.accepted.rawValue)], value: Double(photos.accepted)),
        (labels: [("outcome", Entry.Outcome.review.rawValue)], value: Double(photos.review)),
        (labels: [("outcome", Entry.Outcome.rejected.rawValue)], value: Double(photos.rejected)),
      ])
    // A label of an earlier model stays, or the counter would go back.
    let labels = categories + photos.byCategory.keys.filter { !categories.contains($0) }.sorted()
    out.metric(
      "hangtag_photos_by_category_total", .counter, "Photos accepted or for review, by category.",
      bySlug(labels, photos.byCategory))
    let codes = Set(DecodeError.Code.allCases.map(\.rawValue)).union(photos.byError.keys)
    out.metric(
      "hangtag_rejected_total", .counter, "Photos that could not be read, by error code.",
      codes.sorted().map { (labels: [("code", $0)], value: Double(photos.byError[$0] ?? 0)) })
  }

  /// Two labels, of two models, may share a folder and so a series.
  private static func bySlug(
    _ labels: [String], _ counts: [String: Int]
  ) -> [(labels: Exposition.Labels, value: Double)] {
    var slugs: [String] = []
    var sums: [String: Int] = [:]
    for label in labels {
      let slug = Category.slug(of: label)
      if sums[slug] == nil { slugs.append(slug) }
      sums[slug, default: 0] += counts[label] ?? 0
    }
    return slugs.map { (labels: [("category", $0)], value: Double(sums[$0] ?? 0)) }
  }

  private static func addInbox(_ inbox: StatusReport.InboxReport?, to out: inout Exposition) {
    out.metric(
      "hangtag_queue_photos", .gauge, "Photos that wait in the inbox.",
      Double(inbox?.waiting ?? 0))
    out.metric(
      "hangtag_oldest_waiting_seconds", .gauge,
      "For how long the oldest waiting photo has been in the inbox.",
      Double(inbox?.oldestWaitingSeconds ?? 0))
    out.metric(
      "hangtag_blocked_photos", .gauge, "Photos and folders that cannot be read or taken.",
      Double(inbox?.blocked ?? 0))
    out.metric(
      "hangtag_inbox_overflows_total", .counter, "Times that events of the inbox were lost.",
      Double(inbox?.overflows ?? 0))
    out.metric(
      "hangtag_inbox_rescans_total", .counter, "Complete walks through the inbox.",
      Double(inbox?.rescans ?? 0))
  }

  private static func addDistributions(_ values: Distributions, to out: inout Exposition) {
    out.histograms(
      "hangtag_stage_seconds", "How long a photo took in each stage.",
      Stage.allCases.compactMap { stage in
        values.stages[stage].map { (labels: [("stage", stage.rawValue)], value: $0) }
      })
    out.histograms(
      "hangtag_confidence", "The probability of the category that a photo was given.",
      [(labels: [], value: values.confidence)])
  }

  private static func addService(
    _ report: StatusReport, startedAt: Double, to out: inout Exposition
  ) {
    let (model, reloads) = (report.model, report.reloads)
    out.metric(
      "hangtag_model_info", .gauge, "The model in force.",
      [(labels: [("name", model.name), ("sha256", model.sha256)], value: 1)])
    out.metric(
      "hangtag_model_reload_refused", .gauge, "1 while the newest model file is refused.",
      reloads.modelRefusal == nil ? 0 : 1)
    out.metric(
      "hangtag_configuration_reload_refused", .gauge,
      "1 while the newest configuration is refused.",
      reloads.configurationRefusal == nil ? 0 : 1)
    out.metric(
      "hangtag_reloads_total", .counter, "Reloads of configuration and model.",
      [
        (labels: [("result", "ok")], value: Double(reloads.ok)),
        (labels: [("result", "refused")], value: Double(reloads.refused)),
      ])
    out.metric(
      "hangtag_troubles", .gauge, "Troubles that last, such as a full disk.",
      Double(report.troubles.count))
    out.metric(
      "hangtag_build_info", .gauge, "The program.",
      [(labels: [("version", report.version)], value: 1)])
    out.metric(
      "hangtag_start_time_seconds", .gauge, "When the service started, since 1970.", startedAt)
  }
}
