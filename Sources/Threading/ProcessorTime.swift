import Glibc

/// The time for which a processor has worked on something.
public enum ProcessorTime {
  /// On the calling thread, since it began.
  public static var ofThisThread: Duration {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
