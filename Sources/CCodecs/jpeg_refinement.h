// Refining scans of a progressive JPEG (T.81 G.1.2.3), for a processor with or without an instruction
// that deposits bits. The including file defines
//   REFINE(name)  the name of a function for this kind of processor
//   DEPOSIT       a function: the lowest bits of its first argument, moved in their order to the places
//                 of the bits that are set in its second

/// New coefficients of a block, until the band or its end symbol, and the correction bits between them.
/// `old` are the places in the band that have held coefficients before.
/// Returns the old places whose corrections are still to come.
INLINED uint64_t REFINE(refine_until_end)(
  j_decompress_ptr info, const jpeg_scan *scan, jpeg_bit_reader *reader, JCOEF *block, uint64_t *mask,
  uint64_t old, correction_bits *corrections, uint32_t *run) {
  uint64_t zeros_left = scan->band & ~old, old_left = old;
  while ((zeros_left | old_left) != 0) {
    refill_below(reader, JPEG_LONGEST_SYMBOL);
    unsigned symbol = take_symbol(info, reader, &scan->codes);
    int zeros = (int)(symbol >> 4), size = (int)(symbol & 15);
    int value = 0;
    if (size > 0) {
      if (size > 1) jpeg_bad_code(info);
      value = take(info, reader, 1) == 1 ? 1 : -1;
    } else if (zeros < 15) {
      *run = take_run(info, reader, zeros);
      return old_left;
    }
    // Pass over so many coefficients that have been zero so far. None is left where damage leads beyond
    // the band.
    uint64_t target = DEPOSIT(1ull << zeros, zeros_left);
    uint64_t passed = target - 1;
    take_corrections(info, reader, old_left & passed, corrections);
    if (value != 0 && target != 0) {
      block[jpeg_natural_places[__builtin_ctzll(target)]] = (JCOEF)(value * (1 << scan->shift));
      *mask |= target;
    }
    old_left &= ~passed;
    zeros_left &= ~(passed | target);
  }
  return 0;
}

/// One more bit of each coefficient of a band.
static void REFINE(decode_refinement)(
  j_decompress_ptr info, jpeg_scan *scan, JBLOCK *blocks, uint64_t *masks, size_t count) {
  jpeg_bit_reader reader = scan->reader;
  uint32_t run = scan->end_of_band_run;
  for (size_t i = 0; i < count; i++) {
    const uint64_t old = masks[i] & scan->band;
    if (run > 0 && old == 0) {
      run--;
      continue;
    }
    uint64_t old_left = old;
    correction_bits corrections = {0};
    if (run == 0) {
      old_left = REFINE(refine_until_end)(
        info, scan, &reader, blocks[i], &masks[i], old, &corrections, &run);
    }
    if (run > 0) {
      take_corrections(info, &reader, old_left, &corrections);
      run--;
    }
    // The last old coefficients have none where damage leads beyond the band.
    correct(
      scan, blocks[i], DEPOSIT(__builtin_bitreverse64(corrections.bits), old) & scan->needed);
  }
  scan->end_of_band_run = run;
  scan->reader = reader;
}
