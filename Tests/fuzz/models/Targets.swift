import FuzzSupport

/// What `FUZZ_TARGET` may name in this program.
@_cdecl("LLVMFuzzerInitialize")
public func fuzzerInitialize(
  _ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?
) -> CInt {
  chooseTarget([
    "model": { ModelTarget() },
    "network": { NetworkTarget() },
    "preprocessor": { PreprocessorTarget() },
  ])
}
