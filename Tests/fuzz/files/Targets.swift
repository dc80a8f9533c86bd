import FuzzSupport

/// What `FUZZ_TARGET` may name in this program.
@_cdecl("LLVMFuzzerInitialize")
public func fuzzerInitialize(
  _ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?
) -> CInt {
  chooseTarget([
    "idx": { IDXTarget() },
    "csv": { CSVTarget() },
    "configuration": { ConfigurationTarget() },
  ])
}
