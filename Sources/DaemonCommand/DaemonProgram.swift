/// The daemon as a program. Two executables are made of it: `hangtagd`, without the tool and all that
/// trains, and `hangtag` when it is called by the name `hangtagd`, as packages install it: one file
/// instead of two, because each static program carries 10 MB of Swift's own libraries.
public enum DaemonProgram {
  /// The name that it is called by.
  public static let name = "hangtagd"

  /// Runs the daemon with the process's arguments, and ends the process where it fails.
  public static func main() { HangtagDaemon.main() }
}
