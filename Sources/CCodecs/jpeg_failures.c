#include "jpeg_failures.h"

#include <jerror.h>

static codec_status status_of_error(int code) {
  switch (code) {
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CCIR601_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_NOTIMPL:
    case JERR_SOF_UNSUPPORTED:
      return CODEC_UNSUPPORTED;
    case JERR_IMAGE_TOO_BIG:
    case JERR_NO_BACKING_STORE:
    case JERR_OUT_OF_MEMORY:
    case JERR_WIDTH_OVERFLOW:
      return CODEC_TOO_LARGE;
    default:
      return CODEC_CORRUPT;
  }
}

_Noreturn static void fail(j_common_ptr common, codec_status status) {
  jpeg_failures *failures = (jpeg_failures *)common->err;
  char text[JMSG_LENGTH_MAX];
  common->err->format_message(common, text);
  decode_guard_fail(failures->guard, status, "%s", text);
}

static void on_error(j_common_ptr common) { fail(common, status_of_error(common->err->msg_code)); }

static void on_message(j_common_ptr common, int level) {
  if (level >= 0) return;  // a trace
  switch (common->err->msg_code) {
    case JWRN_HIT_MARKER: {
      // The coded data ends early: at the end of the image, or at a marker that damage made.
      j_decompress_ptr info = (j_decompress_ptr)common;
      fail(common, info->unread_marker == JPEG_EOI ? CODEC_TRUNCATED : CODEC_CORRUPT);
    }
    case JWRN_JPEG_EOF:
      fail(common, CODEC_TRUNCATED);
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
      fail(common, CODEC_CORRUPT);
    default:
      return;
  }
}

static void print_nothing(j_common_ptr common) { (void)common; }

struct jpeg_error_mgr *jpeg_failures_handlers(jpeg_failures *failures, decode_guard *guard) {
  failures->guard = guard;
  struct jpeg_error_mgr *manager = jpeg_std_error(&failures->manager);
  manager->error_exit = on_error;
  manager->emit_message = on_message;
  manager->output_message = print_nothing;
  return manager;
}

decode_guard *jpeg_failures_guard(j_decompress_ptr info) {
  return ((jpeg_failures *)info->err)->guard;
}
