import DaemonCommand

/// The daemon alone.
@main
enum Main {
  static func main() { DaemonProgram.main() }
}
