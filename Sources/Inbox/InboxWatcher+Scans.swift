import FileSystem
import SystemPackage
import Threading

extension InboxWatcher {
  /// Begins a walk through the whole inbox, where there is one.
  func startRescan(at began: Moment) {
    do throws(StateDirectoryError) {
      try findInbox()
    } catch {
      tell(.unavailable(String(describing: error)))
      let now = core.time.monotonic()
      nextRescan = core.settings.once ? nil : now + core.settings.pollInterval
      core.shared.update { state in
        state.isScanning = isScanning
        state.lastWait = core.settings.once ? now : nil
      }
      return
    }
    let judges = core.shared.read { $0.knowsAll } && watching == .events
    rescan = Rescan(
      began: began, after: judges ? lastBegan : nil,
      scan: TreeScan(of: "", in: core.state, maximumDepth: core.settings.maximumDepth))
    lastBegan = began
    reportedOverflow = false
    events?.scanBegins()
  }

  /// Looks whether the inbox is still the directory that it was, and creates it again where it is
  /// not there. A new one must be on the same mount, or no photo could be claimed.
  private func findInbox() throws(StateDirectoryError) {
    let root = core.state
    let (exists, status) = try explaining { () throws(FileSystemError) -> (Bool, FileStatus) in
      let exists = try root.root.status(of: Folder.inbox.path) != nil
      return (exists, try root.folder(.inbox).status())
    }
    let known = inbox
    let isSame = known.map { $0.inode == status.inode && $0.device == status.device }
    if isSame == true { return }
    if rescans > 0 {
      try TrialRenames.run(in: root.root)
      core.report(exists ? .inboxReplaced : .inboxRecreated)
    }
    // What was known of the old one's events does not hold here.
    lastBegan = nil
    eventsMissed = false
    inbox = status
  }

  /// Walks on for a while, and hands over what it found.
  /// - Parameter room: how many photos there is room for.
  func scanSlice(room: Int) {
    let begun = core.time.monotonic()
    let number = rescans + 1
    var found: [FilePath] = []
    for _ in 0..<Self.slice where found.count < room {
      switch nextStep(number) {
      case .photo(let path): found.append(path)
      case .blocked(let path, let error): reportOnce(path, error.errno, .blocked(error))
      case .tooDeep(let path): reportOnce(path, .fileNameTooLong, .tooDeep(path))
      case .nothing: break
      }
      if !isScanning || rescan?.scan.isFinished == true { break }
    }
    core.shared.update { state in
      for path in found { state.discovered(path, scan: number) }
    }
    rescan?.spent += core.time.monotonic() - begun
    if rescan?.scan.isFinished == true { finishRescan() }
  }

  /// One step of the walk through a folder that has just appeared, else of the rescan.
  private func nextStep(_ number: Int) -> TreeScan.Step {
    if folderScan == nil, let folder = newFolders.popFirst()?.path {
      folderScan = TreeScan(
        of: folder, in: core.state, maximumDepth: core.settings.maximumDepth)
    }
    let now = core.time.wall()
    if folderScan != nil {
      let step = folderScan?.step { directory, path in
        events?.watch(directory, as: path, scan: number, now: now)
      }
      if folderScan?.isFinished == true { folderScan = nil }
      return step ?? .nothing
    }
    let step = rescan?.scan.step { directory, path in
      events?.watch(directory, as: path, scan: number, now: now)
    }
    if case .photo(let path) = step, rescan?.isJudging == true { judge(path) }
    return step ?? .nothing
  }

  /// Asks whether an event should have told of a photo that the rescan found.
  private func judge(_ path: FilePath) {
    guard !core.shared.read({ $0.knows(path) }),
      let watched = events?.since(path.removingLastComponent()),
      let file = try? core.state.root.open(Folder.inbox.path.pushing(path)),
      let status = try? file.status()
    else { return }
    rescan?.judge(status, watchedSince: watched)
  }

  private func reportOnce(_ path: FilePath, _ errno: Errno, _ notice: InboxNotice) {
    let number = rescans + 1
    if core.shared.update({ $0.blockedFolder(path, errno, scan: number) }) { core.report(notice) }
  }

  private func finishRescan() {
    guard let spent = rescan?.spent else { return }
    let number = rescans + 1
    if rescan?.missedEvent == true { eventsMissed = true }
    rescan = nil
    rescans = number
    events?.forget(unmetBy: number)
    if !core.settings.once { tell(howWatched()) }
    let now = core.time.monotonic()
    let interval =
      watching == .events
      ? core.settings.rescanInterval
      : min(core.settings.rescanInterval, core.settings.pollInterval)
    // However long a walk takes, walking does not take more than a tenth of the time.
    nextRescan = core.settings.once ? nil : now + max(interval, spent * 10)
    earliestRescan = now + max(Self.leastPause, spent)
    let lastWait = now + core.settings.settle + core.settings.incompleteAfter
    let watches = events?.count ?? 0
    core.shared.update { state in
      state.scanCompleted(number)
      state.isScanning = isScanning
      state.statistics.watches = watches
      if state.lastWait == nil, core.settings.once { state.lastWait = lastWait }
    }
  }

  private func howWatched() -> InboxStatistics.Watching {
    if let eventsFailure { return .polling(eventsFailure) }
    if let type = (try? core.state.folder(.inbox).fileSystem().remoteType) ?? nil {
      return .polling("it lies on \(type), where changes by other machines cause no events")
    }
    if let refusal = events?.refusal { return .polling(refusal) }
    if eventsMissed { return .polling("photos came without an event") }
    return .events
  }

  private func tell(_ now: InboxStatistics.Watching) {
    guard watching != now else { return }
    watching = now
    core.shared.update { $0.statistics.watching = now }
    core.report(.watching(now))
  }
}
