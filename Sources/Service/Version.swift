/// The version of this Hangtag, in one place.
public enum Version {
  /// As it is shown and written into reports and models.
  public static let text = "0.1.0"
}
