import Glibc

/// A moment of the wall clock, in whole milliseconds, written as RFC 3339 UTC:
/// `2026-01-31T08:15:30.042Z`. Only for people and for sorting by them: nothing in Hangtag depends
/// on the wall clock, which others may set back.
public struct Timestamp: Sendable, Hashable, Comparable {
  /// Milliseconds since 1970-01-01T00:00:00Z, from 0 to the end of the year 9999.
  public let milliseconds: Int64

  private static let last: Int64 = 253_402_300_799_999

  /// Creates a moment from milliseconds since 1970. What RFC 3339 cannot say, before 1970 or after
  /// 9999, becomes the nearest moment that it can.
  public init(milliseconds: Int64) {
    self.milliseconds = min(max(milliseconds, 0), Self.last)
  }

  /// Creates a moment from nanoseconds since 1970, as file times and clocks give them.
  public init(nanoseconds: Int64) {
    self.init(milliseconds: nanoseconds / 1_000_000)
  }

  /// This moment, by the system's clock.
  public static var now: Timestamp {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// The earlier of the two is the lesser.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.milliseconds < right.milliseconds
  }
}

extension Timestamp: CustomStringConvertible {
  /// RFC 3339, UTC, with milliseconds; always 24 characters.
  public var description: String {
    let (date, time) = (civilDate, timeOfDay)
    return "\(digits(date.year, 4))-\(digits(date.month, 2))-\(digits(date.day, 2))"
      + "T\(digits(time.hour, 2)):\(digits(time.minute, 2)):\(digits(time.second, 2))"
      + ".\(digits(time.millisecond, 3))Z"
  }

  /// The same without punctuation, for file names: `20260131T081530.042Z`.
  public var fileNameText: String {
    String(description.filter { $0 != "-" && $0 != ":" })
  }

  private var timeOfDay: (hour: Int, minute: Int, second: Int, millisecond: Int) {
    let ofDay = Int(milliseconds % 86_400_000)
    return (ofDay / 3_600_000, ofDay / 60_000 % 60, ofDay / 1000 % 60, ofDay % 1000)
  }

  /// Days to a date of the Gregorian calendar, after Howard Hinnant's `civil_from_days`: years begin
  /// in March, so that the leap day is the last of the year.
  private var civilDate: (year: Int, month: Int, day: Int) {
    let days = Int(milliseconds / 86_400_000) + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (
      era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month,
      dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    )
  }

  private func digits(_ value: Int, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }
}

extension Timestamp {
  /// A digit where there is a 0. No number is longer, so that none is too large.
  private static let form = "0000-00-00T00:00:00.000Z"

  /// Reads what `description` writes: exactly `YYYY-MM-DDTHH:MM:SS.mmmZ`, and only dates that exist.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == Self.form.utf8.count else { return nil }
    var fields: [Int64] = [0]
    for (byte, wanted) in zip(bytes, Self.form.utf8) {
      if wanted == UInt8(ascii: "0") {
        guard (wanted...UInt8(ascii: "9")).contains(byte) else { return nil }
        fields[fields.count - 1] = fields[fields.count - 1] * 10 + Int64(byte - wanted)
      } else {
        guard byte == wanted else { return nil }
        fields.append(0)
      }
    }
    guard fields[0] >= 1970 else { return nil }
    let days = Self.days(year: fields[0], month: fields[1], day: fields[2])
    let seconds = (days * 24 + fields[3]) * 3600 + fields[4] * 60 + fields[5]
    self.init(milliseconds: seconds * 1000 + fields[6])
    // A 30th of February or a 25th hour comes out as another moment.
    guard description == text else { return nil }
  }

  /// The inverse of `civilDate`, Hinnant's `days_from_civil`.
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let yearOfEra = year % 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return year / 400 * 146_097 + dayOfEra - 719_468
  }
}

extension Timestamp: Decodable {
  /// Reads the moment from its text.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let moment = Timestamp(text) else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "\"\(text)\" is no time of the form 2026-01-31T08:15:30.042Z"))
    }
    self = moment
  }
}
