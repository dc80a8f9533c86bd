import FuzzSupport

/// What `FUZZ_TARGET` may name in this program.
@_cdecl("LLVMFuzzerInitialize")
public func fuzzerInitialize(
  _ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?
) -> CInt {
  chooseTarget([
    "jpeg": { PictureTarget(seeds: PictureSeeds.jpeg) },
    "png": { PictureTarget(seeds: PictureSeeds.png, mutation: PNGMutation.mutate) },
  ])
}
