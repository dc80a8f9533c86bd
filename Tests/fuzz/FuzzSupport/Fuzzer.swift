import Glibc
import SystemPackage

// What libFuzzer calls. It brings `main`, and hands over bytes and nothing else, so the target is
// kept here.

/// Set in `LLVMFuzzerInitialize`, used by libFuzzer's one thread.
nonisolated(unsafe) private var target: (any FuzzTarget)?

/// libFuzzer's own changes to an input: bytes, numbers, dictionary words, parts of other inputs.
@_silgen_name("LLVMFuzzerMutate")
private func changeByLibFuzzer(
  _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int
) -> Int

/// Chooses the target that `FUZZ_TARGET` names; with `FUZZ_SEEDS`, writes its seeds there and ends.
/// Called by a program's `LLVMFuzzerInitialize`.
public func chooseTarget(_ targets: [String: () -> any FuzzTarget]) -> CInt {
  guard let chosen = environment("FUZZ_TARGET").flatMap({ targets[$0] })?() else {
    print("FUZZ_TARGET must be one of: \(targets.keys.sorted().joined(separator: " "))")
    exit(64)
  }
  if let folder = environment("FUZZ_SEEDS") {
    for (name, bytes) in chosen.seeds { writeFile(FilePath(folder).appending(name), bytes) }
    exit(0)
  }
  unsafe target = chosen
  return 0
}

private func environment(_ name: String) -> String? {
  unsafe getenv(name).map { unsafe String(cString: $0) }
}

/// Runs the target on one input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzerTestOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // An array's memory ends where its bytes end, so that reading behind it is noticed.
  unsafe target?.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}

/// Changes an input as the target wants it, which knows its format's checksums and lengths.
@_cdecl("LLVMFuzzerCustomMutator")
public func fuzzerCustomMutator(
  _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: CUnsignedInt
) -> Int {
  var mutator = Mutator(seed: Int(seed)) { part in
    // Room to grow by as much again.
    var buffer = part + [UInt8](repeating: 0, count: part.count + 64)
    let size = buffer.count
    let changed = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.map { unsafe changeByLibFuzzer($0, part.count, size) } ?? 0
    }
    return Array(buffer.prefix(changed))
  }
  let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
  let changed = unsafe target?.mutate(input, &mutator) ?? input
  for (index, byte) in changed.prefix(limit).enumerated() { unsafe bytes[index] = byte }
  return min(changed.count, limit)
}
