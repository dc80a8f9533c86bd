// SHA-256's compression function (FIPS 180-4, section 6.2.2), with the processor's SHA extensions
// where it has them. No allocation, no state of its own; padding and length are the caller's.
#ifndef CDIGEST_H
#define CDIGEST_H

#include <stddef.h>
#include <stdint.h>

/// Works `count` blocks of 64 bytes into `state`.
void sha256_blocks(uint32_t state[8], const uint8_t *bytes, size_t count);

/// The same without the processor's extensions, for machines without and for tests.
void sha256_blocks_portable(uint32_t state[8], const uint8_t *bytes, size_t count);

#endif
