import Service

extension StateOverview {
  /// The overview for people.
  var text: String {
    var sheet = FactSheet()
    sheet.add("State directory", stateDirectory)
    addDaemon(to: &sheet)
    addInbox(to: &sheet)
    addPhotos(to: &sheet)
    addManifests(to: &sheet)
    addTroubles(to: &sheet)
    return sheet.text()
  }

  private func addTroubles(to sheet: inout FactSheet) {
    guard running, let daemon else { return }
    for trouble in daemon.troubles { sheet.add("Trouble", trouble) }
    if let reason = daemon.reloads.modelRefusal { sheet.add("New model refused", reason) }
    if let reason = daemon.reloads.configurationRefusal {
      sheet.add("New settings refused", reason)
    }
  }

  private func addDaemon(to sheet: inout FactSheet) {
    if running {
      let process = daemon.map {
        ", process \($0.process), version \($0.version), since \($0.startedAt)"
      }
      sheet.add("Daemon", "running\(process ?? "")")
    } else {
      let last = daemon.map { "; the last one was seen at \($0.updatedAt)" }
      sheet.add("Daemon", "not running\(last ?? "")")
    }
    if let model = daemon?.model {
      sheet.add("Model", "\(model.path), sha256 \(model.sha256.prefix(12))...")
    }
  }

  private func addInbox(to sheet: inout FactSheet) {
    let oldest = inbox.oldestAt.map { ", the oldest since \($0)" } ?? ""
    let bytes = inbox.photos == 0 ? "" : " (\(inbox.bytes.grouped) bytes)"
    sheet.add("Inbox", "\(counted(inbox.photos, "photo"))\(bytes)\(oldest)")
    if running, let seen = daemon?.inbox {
      sheet.add("", "watched \(seen.watching)")
      sheet.add(
        "", "\(seen.inFlight) in work, \(seen.deferred) not complete yet, \(seen.blocked) blocked")
      if seen.blocked > 0 {
        sheet.add("", "A blocked photo cannot be read or taken: check its permissions.")
      }
    }
    if inbox.unreadableFolders > 0 {
      sheet.add("", "\(counted(inbox.unreadableFolders, "folder")) cannot be entered.")
    }
  }

  private func addPhotos(to sheet: inout FactSheet) {
    sheet.add("To look at", "\(counted(review, "photo")) in review/")
    sheet.add("Rejected", "\(counted(rejected, "photo")) in rejected/")
    guard let photos = daemon?.photos else { return }
    let total = photos.accepted + photos.review + photos.rejected
    sheet.add(
      running ? "Since the start" : "In its last run",
      "\(counted(total, "photo")): \(photos.accepted.grouped) accepted, "
        + "\(photos.review.grouped) for review, \(photos.rejected.grouped) rejected")
    addCounts(photos.byCategory, to: &sheet)
    addCounts(photos.byError, to: &sheet)
    if let last = daemon?.lastPhoto {
      let certainty = last.confidence.map { " \($0.percent)" } ?? ""
      sheet.add(
        "Last photo",
        "\(last.source.printable): \(last.outcome), \(last.verdict)\(certainty), at \(last.at)")
    }
  }

  private func addCounts(_ counts: [String: Int], to sheet: inout FactSheet) {
    guard !counts.isEmpty else { return }
    let ranked = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    sheet.add("", ranked.map { "\($0.key) \($0.value.grouped)" }.joined(separator: ", "))
  }

  private func addManifests(to sheet: inout FactSheet) {
    if let manifest = lastManifest {
      let facts =
        manifest.fault.map { "damaged: \($0)" }
        ?? "sealed at \(manifest.sealedAt ?? ""), \(counted(manifest.figures?.photos ?? 0, "photo"))"
      sheet.add("Last manifest", "manifests/\(manifest.name), \(facts)")
    } else {
      sheet.add("Last manifest", "none yet")
    }
    if notSealed.photos > 0 {
      sheet.add("Not sealed yet", "\(notSealed.photos.grouped)")
    }
    sheet.add("Last sequence", "\(lastSequence)")
  }
}
