/// A reader of bytes that others made, and what it promises of whatever they are.
public protocol FuzzTarget {
  /// Sound inputs to begin with, by file name.
  var seeds: [String: [UInt8]] { get }

  /// Reads the bytes and checks what comes of them.
  func run(_ bytes: [UInt8])

  /// An input made of another one.
  func mutate(_ bytes: [UInt8], _ mutator: inout Mutator) -> [UInt8]
}

extension FuzzTarget {
  /// For formats without checksums and lengths libFuzzer's own changes do.
  public func mutate(_ bytes: [UInt8], _ mutator: inout Mutator) -> [UInt8] {
    mutator.change(bytes)
  }
}

/// Ends the process where a promise is broken. (`precondition` would not say which.)
public func check(_ holds: Bool, _ promise: @autoclosure () -> String) {
  if !holds { fatalError("broken promise: \(promise())") }
}

/// Does what must not fail.
public func require<Value>(_ promise: String, _ body: () throws -> Value) -> Value {
  do { return try body() } catch { fatalError("broken promise: \(promise): \(error)") }
}
