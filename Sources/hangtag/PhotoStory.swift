import Manifest

/// What a manifest says of a photo, in plain words.
struct PhotoStory {
  let text: String

  init(_ found: ManifestReader.Found) {
    let entry = found.entry
    var text = Self.verdict(entry) + "\n"
    for reason in entry.reasons {
      text += "- \(ReasonText.sentence(reason, alternatives: entry.alternatives).printable)\n"
    }
    text += "\n" + Self.facts(entry, found.place).text(indent: 2)
    self.text = text
  }

  private static func verdict(_ entry: Entry) -> String {
    let name = entry.source.text.printable
    let label = (entry.category?.label ?? "").printable
    guard entry.category != nil, let confidence = entry.confidence else {
      return "\(name) was rejected (\((entry.error?.code ?? "").printable)). "
        + (entry.error?.message ?? "").printable
    }
    switch entry.outcome {
    case .accepted, .rejected:
      return
        "\(name) was accepted as \(label), with a confidence of \(confidence.percent)."
    case .review:
      return "\(name) is probably \(label) (\(confidence.percent)), but a person should "
        + "look:"
    }
  }

  private static func facts(_ entry: Entry, _ place: ManifestReader.Place) -> FactSheet {
    var sheet = FactSheet()
    if !entry.alternatives.isEmpty {
      let others = entry.alternatives.map { "\($0.label) \($0.confidence.percent)" }
      sheet.add("next", others.joined(separator: ", "))
    }
    sheet.add("stored as", entry.storedAs.text)
    if let image = entry.image {
      sheet.add(
        "photo",
        "\(image.format), \(image.width) x \(image.height) pixels, \(image.bytes.grouped) bytes")
    }
    if let sha256 = entry.sha256 { sheet.add("sha256", sha256) }
    sheet.add("taken", entry.receivedAt.description)
    sheet.add("decided", entry.classifiedAt.description)
    sheet.add("model", "\(entry.model.name), sha256 \(entry.model.sha256.prefix(12))...")
    sheet.add("recorded", "manifests/\(place), sequence \(entry.sequence)")
    if let earlier = entry.supersedes { sheet.add("supersedes", "the entry of claim \(earlier)") }
    if entry.outcome == .rejected {
      sheet.add("to try again", "hangtag retry '\(entry.storedAs.text)'")
    }
    return sheet
  }
}
