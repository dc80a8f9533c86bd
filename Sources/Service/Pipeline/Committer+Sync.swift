import Threading

extension Committer {
  /// Makes those photos of a group durable that their workers have left to it: all with one sync or,
  /// where that fails, one by one, because only a photo's own sync tells whether it is to blame.
  /// - Returns: nil where the disk refused until the service was to stop. Photos stay in `work/`.
  func makeDurable(_ group: [FinishedPhoto]) -> [FinishedPhoto]? {
    let count = group.count { $0.unsynced != nil }
    if count == 0 { return group }
    place.now(.recording)
    let start = MonotonicTime.now
    defer { trace?.add(.sync, since: start, count: count) }
    if sharedSync.run() { return group }
    var durable: [FinishedPhoto] = []
    for photo in group {
      guard let unsynced = photo.unsynced else {
        durable.append(photo)
        continue
      }
      guard let photo = patience.makeDurable(photo, unsynced.claim) else { return nil }
      durable.append(photo)
    }
    return durable
  }
}
