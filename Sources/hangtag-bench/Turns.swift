import Glibc

/// Taking turns with a rival: a driver writes a line on standard input, this side does one piece of
/// work and says how many milliseconds that took.
enum Turns {
  /// Takes a turn for each line, until there are no more.
  static func take(_ work: () -> Void) {
    let clock = ContinuousClock()
    while readLine() != nil {
      let time = clock.measure { work() }
      say("\(time / .milliseconds(1))")
    }
  }

  /// Prints a line that the driver, at the other end of a pipe, gets at once.
  static func say(_ line: String) {
    print(line)
    fflush(nil)
  }
}
