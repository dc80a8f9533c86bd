#include "CKernels.h"

#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

extern const hangtag_kernels hangtag_baseline_kernels;
#if defined(__x86_64__)
extern const hangtag_kernels hangtag_avx2_kernels;
extern const hangtag_kernels hangtag_avx512_kernels;
extern const hangtag_kernels hangtag_amx_kernels;
extern const hangtag_kernels hangtag_amx_split_kernels;

// Linux gives a process the tile registers only when it asks; granting twice is harmless.
static int may_use_tiles(void) {
#if defined(__linux__)
  enum { request_permission = 0x1023, tile_data = 18 };
  return __builtin_cpu_supports("amx-tile") && __builtin_cpu_supports("amx-bf16") &&
         __builtin_cpu_supports("avx512bf16") &&
         syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
#else
  return 0;
#endif
}
#elif defined(__aarch64__)
extern const hangtag_kernels hangtag_neon_kernels;
#endif

const hangtag_kernels *hangtag_kernels_for(hangtag_isa isa) {
  switch (isa) {
    case HANGTAG_BASELINE:
      return &hangtag_baseline_kernels;
#if defined(__x86_64__)
    // The builtin asks the operating system too whether it saves the wide registers.
    case HANGTAG_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
                 ? &hangtag_avx2_kernels
                 : NULL;
    case HANGTAG_AVX512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                     __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                     __builtin_cpu_supports("fma")
                 ? &hangtag_avx512_kernels
                 : NULL;
    case HANGTAG_AMX:
      return hangtag_kernels_for(HANGTAG_AVX512) && may_use_tiles() ? &hangtag_amx_kernels : NULL;
    case HANGTAG_AMX_SPLIT:
      return hangtag_kernels_for(HANGTAG_AMX) ? &hangtag_amx_split_kernels : NULL;
#elif defined(__aarch64__)
    case HANGTAG_NEON:
      return &hangtag_neon_kernels;
#endif
    default:
      return NULL;
  }
}
