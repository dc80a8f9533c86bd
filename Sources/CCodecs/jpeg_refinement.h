// Refining scans of a progressive JPEG (T.81 G.1.2.3), for a processor with or without an instruction
// that deposits bits. The including file defines
//   REFINE(name)  the name of a function for this kind of processor
//   DEPOSIT       a function: the lowest bits of its first argument, moved in their order to the places
//                 of the bits that are set in its second

/// One correction bit for each coefficient in `places`, lowest first.
INLINED void REFINE(correct)(
  j_decompress_ptr info, const jpeg_scan_decoder *decoder, jpeg_bit_reader *reader, JCOEF *block,
  uint64_t places) {
  int bit = 1 << info->Al;
  while (places != 0) {
    // More than these are not always there at once.
    uint64_t now = places;
    if (__builtin_popcountll(places) > 56) now &= ~0ull >> 8;
    int count = __builtin_popcountll(now);
    refill_below(reader, count);
    uint64_t corrections = DEPOSIT(__builtin_bitreverse64(reader->bits), now);
    skip(info, reader, count);
    places ^= now;
    for (corrections &= decoder->needed; corrections != 0; corrections &= corrections - 1) {
      JCOEF *coefficient = &block[jpeg_natural_places[__builtin_ctzll(corrections)]];
      // As libjpeg: a damaged file may set a bit twice.
      if ((*coefficient & bit) == 0) *coefficient += (JCOEF)(*coefficient >= 0 ? bit : -bit);
    }
  }
}

/// New coefficients of a block, until the band or its end symbol.
/// Returns the first place whose correction is still to come.
INLINED int REFINE(refine_until_end)(
  j_decompress_ptr info, jpeg_scan_decoder *decoder, jpeg_bit_reader *reader, JCOEF *block,
  uint64_t old) {
  int k = info->Ss;
  while (k <= info->Se) {
    refill_below(reader, JPEG_LONGEST_SYMBOL);
    unsigned symbol = take_symbol(info, reader, &decoder->table);
    int run = (int)(symbol >> 4), size = (int)(symbol & 15);
    int value = 0;
    if (size > 0) {
      if (size > 1) jpeg_bad_code(info);
      value = take(info, reader, 1) == 1 ? 1 : -1;
    } else if (run < 15) {
      decoder->end_of_band_run = take_run(info, reader, run);
      return k;
    }
    // Pass over so many coefficients that have been zero so far.
    uint64_t zero = DEPOSIT(1ull << run, ~old & places_between(k, info->Se));
    int target = zero == 0 ? info->Se + 1 : __builtin_ctzll(zero);
    REFINE(correct)(info, decoder, reader, block, old & places_between(k, target - 1));
    if (value != 0 && target <= info->Se) {
      block[jpeg_natural_places[target]] = (JCOEF)(value * (1 << info->Al));
      *decoder->mask |= 1ull << target;
    }
    k = target + 1;
  }
  return k;
}

/// One more bit of each coefficient of a band.
static boolean REFINE(decode_refinement)(j_decompress_ptr info, JBLOCKROW *blocks) {
  jpeg_scan_decoder *decoder = jpeg_scan_decoder_of(info);
  JCOEF *block = *blocks[0];
  jpeg_bit_reader reader = decoder->reader;
  uint64_t old = *decoder->mask;
  int k = info->Ss;
  if (decoder->end_of_band_run == 0) {
    k = REFINE(refine_until_end)(info, decoder, &reader, block, old);
  }
  if (decoder->end_of_band_run > 0) {
    REFINE(correct)(info, decoder, &reader, block, old & places_between(k, info->Se));
    decoder->end_of_band_run--;
  }
  decoder->reader = reader;
  finish_block(info, decoder);
  return TRUE;
}
