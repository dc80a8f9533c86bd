extension EntryDraft {
  /// A further entry for the same claim, because the photo is kept under another name than `entry`
  /// says: somebody had taken that name meanwhile.
  public init(superseding entry: Entry, storedAs path: RecordedPath) {
    let verdict: Verdict
    if let category = entry.category, let confidence = entry.confidence {
      let finding = Finding(
        category: category, confidence: confidence, alternatives: entry.alternatives)
      verdict =
        entry.outcome == .review ? .review(finding, reasons: entry.reasons) : .accepted(finding)
    } else {
      // Only a rejected photo has no category, and it always has an error.
      verdict = .rejected(entry.error ?? Entry.Failure(code: "unreadable", message: ""))
    }
    self.init(
      claim: entry.claim, source: entry.source, sha256: entry.sha256, verdict: verdict,
      storedAs: path, image: entry.image, model: entry.model, receivedAt: entry.receivedAt,
      classifiedAt: entry.classifiedAt, supersedes: entry.claim)
  }
}
